package dev.holdfast.engine.failure;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An update that did not take place. Its message names the path, the operation and the state that
 * things are in; every kind but {@link InDoubtException} means that no live tree changed.
 */
public abstract sealed class HoldfastException extends IOException
    permits ConflictException,
        BusyException,
        RefusedException,
        RolledBackException,
        InDoubtException {
  private static final long serialVersionUID = 1L;

  HoldfastException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
