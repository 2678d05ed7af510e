"""The rooms that speak to the outside: Singer taps bring data in, targets carry it out."""
