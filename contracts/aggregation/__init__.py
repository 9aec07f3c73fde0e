"""What aggregation answers: figures, each with its numerator and denominator."""
