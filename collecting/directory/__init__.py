"""Who is where: organisations as accounts announced them."""
