package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;

/**
 * A registered root as it is now.
 *
 * @param path where it is
 * @param control its control directory
 * @param level the level it gets
 * @param state {@code clean}, {@code pending}, {@code absent} or {@code foreign}
 * @param beforeImageBytes bytes held in before-images
 * @param detail more in words; may be empty
 */
public record RootStatus(
    AbsolutePath path,
    AbsolutePath control,
    String level,
    String state,
    long beforeImageBytes,
    String detail) {}
