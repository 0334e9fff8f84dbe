"""From the store to courses, and from courses to what the practice's policies find in them."""
