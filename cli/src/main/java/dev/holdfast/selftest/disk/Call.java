package dev.holdfast.selftest.disk;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.EntryName;
import org.jspecify.annotations.Nullable;

/**
 * One call that a process makes.
 *
 * @param directory the path at which the object it concerns was opened, or its directory's
 * @param name the entry it concerns, or null for the opened object itself
 * @param detail the other path, the position, the value
 */
public record Call(Verb verb, AbsolutePath directory, @Nullable EntryName name, Object detail) {

  /** What a call does. */
  public enum Verb {
    OPEN(false),
    STAT(false),
    LIST(false),
    READ(false),
    READ_LINK(false),
    READ_ATTRIBUTES(false),
    LOCK(false),
    SEEK(false),
    DROP_CACHE(false),
    AWAIT_WRITEBACK(false),
    CREATE(true),
    MAKE_DIRECTORY(true),
    MAKE_SYMBOLIC_LINK(true),
    MAKE_NODE(true),
    LINK(true),
    RENAME(true),
    RENAME_OVER(true),
    EXCHANGE(true),
    UNLINK(true),
    REMOVE_DIRECTORY(true),
    WRITE(true),
    TRUNCATE(true),
    CLONE(true),
    SET_OWNER(true),
    SET_MODE(true),
    SET_MODIFIED(true),
    SET_ATTRIBUTE(true),
    REMOVE_ATTRIBUTE(true),
    START_WRITEBACK(true),
    SYNC_FILE(true),
    SYNC_DIRECTORY(true),
    SYNC_FILE_SYSTEM(true);

    private final boolean step;

    Verb(boolean step) {
      this.step = step;
    }

    /** Returns whether it changes something or is a barrier: a point worth crashing at. */
    public boolean isStep() {
      return step;
    }

    /** Returns whether it is a barrier. */
    public boolean isBarrier() {
      return this == SYNC_FILE || this == SYNC_DIRECTORY || this == SYNC_FILE_SYSTEM;
    }

    /** Returns whether it makes the kernel write. */
    public boolean writesBack() {
      return isBarrier() || startsWriteback();
    }

    /** Returns whether it makes the kernel write, and waits for nothing. */
    public boolean startsWriteback() {
      return this == START_WRITEBACK || this == DROP_CACHE;
    }

    /** Returns the words for a message. */
    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }
  }

  /** Returns the path that it concerns, as it was when the object or directory was opened. */
  public AbsolutePath path() {
    return name == null ? directory : directory.resolve(name);
  }

  /** Returns the call as a line of a trace. */
  @Override
  public String toString() {
    String more = detail.toString();
    return verb.text() + " " + path() + (more.isEmpty() ? "" : " " + more);
  }
}
