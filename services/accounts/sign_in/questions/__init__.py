"""What is asked when somebody signs in, activates a slot or sets up a second factor."""
