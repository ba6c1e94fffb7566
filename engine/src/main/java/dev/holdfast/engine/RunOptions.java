package dev.holdfast.engine;

import dev.holdfast.journal.ByteString;
import java.time.Duration;
import java.util.List;

/**
 * How a command is wrapped. Immutable.
 *
 * @param transaction how its transaction is made and recorded
 * @param command the command and its arguments
 * @param preview whether the changes are shown before they are made
 * @param patch whether they are shown as a patch, too
 * @param dryRun whether they are not made in the end
 * @param isolation where the command works
 * @param confine whether all but the roots, /dev, /proc, /run and /tmp is read-only for it
 * @param childrenWait how long to wait for processes that it leaves behind
 */
public record RunOptions(
    Options transaction,
    List<ByteString> command,
    boolean preview,
    boolean patch,
    boolean dryRun,
    Isolation isolation,
    boolean confine,
    Duration childrenWait) {

  /** Where a wrapped command works. */
  public enum Isolation {
    /** On the usual paths, which are overlays in a namespace of its own. */
    OVERLAY,
    /** On a copy, whose path is in the variable {@code HOLDFAST_ROOT}. */
    COPY
  }

  /** Copies the list. */
  public RunOptions {
    command = List.copyOf(command);
  }
}
