"""Ways to the outside world: each sends one text to one target, and knows neither the web nor the database."""
