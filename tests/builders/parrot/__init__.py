"""A tiny service that says what it is told: to prove the chassis with, not the business."""
