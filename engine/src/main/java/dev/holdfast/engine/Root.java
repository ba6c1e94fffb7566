package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;

/** A directory under care. A value; whether it is there is seen when it is used. */
public record Root(AbsolutePath path) {
  @Override
  public String toString() {
    return path.toString();
  }
}
