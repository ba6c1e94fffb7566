package dev.holdfast.engine.source;

import java.io.IOException;
import java.util.OptionalInt;

/** The users and groups that this machine knows by name. */
public interface Accounts {
  /** Returns a user's number. */
  OptionalInt user(String name) throws IOException;

  /** Returns a group's number. */
  OptionalInt group(String name) throws IOException;
}
