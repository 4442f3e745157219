"""A classifier of images by texts, with prompts learnt for both."""
