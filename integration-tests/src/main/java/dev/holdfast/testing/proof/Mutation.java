package dev.holdfast.testing.proof;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;

/**
 * A mistake that an engine could have made, as far as it can be made between engine and disk: a
 * step that is left out, or done at another time. Remembers what it has seen, so it is good for one
 * run.
 */
public interface Mutation {

  /** Makes a new one for one run. */
  @FunctionalInterface
  interface Maker {
    /** Makes it. */
    Mutation make();
  }

  /** What a step does. */
  enum Verb {
    SYNC_FILE_SYSTEM,
    SYNC_DIRECTORY,
    SYNC_FILE,
    RENAME,
    EXCHANGE,
    CREATE
  }

  /**
   * A step.
   *
   * @param path what it concerns; of a barrier, what it was opened on
   * @param other the other path of a rename or an exchange, else empty
   */
  record Step(Verb verb, String path, String other) {
    boolean isTo(String name) {
      return verb == Verb.RENAME && other.endsWith("/" + name);
    }
  }

  /** What the step does, once it is to be done. */
  @FunctionalInterface
  interface Action {
    /** Does it. */
    void run() throws DiskException;
  }

  /** Does a step, or not, or more. */
  void run(Step step, Action action) throws DiskException;

  /** Returns the name under which an entry is made that should be made as {@code name}. */
  default String nameFor(String path, String name) {
    return name;
  }

  /** Is told that a file was made in {@code parent}, whose handle stays open for a while. */
  default void created(Directory parent, EntryName name) {}

  /** Returns whether an entry is to seem to be there, whether it is or not. */
  default boolean pretends(String path) {
    return false;
  }
}
