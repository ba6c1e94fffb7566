package dev.holdfast.engine;

import java.io.IOException;
import java.util.List;

/** What whoever wraps a command is told, and asked, while it happens. */
public interface WrapListener {

  /** Says that the command has ended, and that these processes which it left are waited for. */
  void waiting(List<String> processes);

  /**
   * Asks whether the changes shall be made.
   *
   * @param preview the changes, not yet made
   */
  boolean approves(Preview preview) throws IOException;
}
