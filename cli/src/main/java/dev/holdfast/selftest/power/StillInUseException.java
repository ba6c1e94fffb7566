package dev.holdfast.selftest.power;

import java.io.IOException;
import java.io.Serial;

/** Somebody else keeps a file system mounted: nothing that can be seen then means anything. */
public final class StillInUseException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  StillInUseException(String loop) {
    super(loop + " is still in use, perhaps in another mount namespace");
  }
}
