"""What others see of the product, as digests: a change of structure changes none of them."""
