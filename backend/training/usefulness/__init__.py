"""What usefulness learns from, its network and its training; `training.train_images` does all of it."""
