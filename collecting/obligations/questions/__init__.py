"""What is asked about obligations, and what offices do about them."""
