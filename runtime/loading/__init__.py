"""Examples on their way to a device: read, decoded, transformed and put together by any number of workers."""
