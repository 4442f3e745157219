"""Files of pictures: decoded, upright, scaled by their depth, over white."""
