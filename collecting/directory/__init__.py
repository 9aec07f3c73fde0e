"""Who is where: organisations as accounts announced them, and a filer's desk."""
