"""What our pages and our sales cost, as ratios against hand-written floors over the same data."""
