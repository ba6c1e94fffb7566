package dev.holdfast.journal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a transaction came about, beside who began it.
 *
 * @param kind what it does to the trees
 * @param sudoUser who became the effective user by sudo (SUDO_USER), or null
 * @param parentProcessId the process that started the one that began it; 0 if not known
 * @param parentCommand that process's command line, cut after some length; empty if not known
 * @param isolation how its changes were kept apart from readers until they were applied
 * @param takesBack all the transactions that it takes back, newest first
 */
public record Origin(
    Kind kind,
    @Nullable String sudoUser,
    long parentProcessId,
    List<ByteString> parentCommand,
    String isolation,
    List<Long> takesBack) {
  /** Changes are staged beside the root, and seen by nobody. */
  public static final String STAGED = "staged";

  /** Nothing is known but that it is an update. */
  public static final Origin UNKNOWN = new Origin(Kind.UPDATE, null, 0, List.of(), "", List.of());

  /** What a transaction does to the trees. */
  public enum Kind {
    /** It changes them. */
    UPDATE("update"),

    /** It takes what others changed into the record; the trees stay as they are. */
    ACCEPT("accept");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /** Returns the name in the command line's output. */
    public String label() {
      return label;
    }
  }

  /** Copies the lists. */
  public Origin {
    parentCommand = List.copyOf(parentCommand);
    takesBack = List.copyOf(takesBack);
  }
}
