"""A classifier trained on minibatches of several domains with an objective."""
