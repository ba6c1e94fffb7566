package dev.holdfast.disk;

/**
 * An entry of any type, opened without following a link and without reading or writing its contents
 * (O_PATH): a handle for its metadata.
 */
public interface Entry extends Attributed {}
