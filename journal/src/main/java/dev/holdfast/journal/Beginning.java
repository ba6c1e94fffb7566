package dev.holdfast.journal;

import dev.holdfast.disk.AbsolutePath;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who began a transaction, when, why and on what.
 *
 * @param id its identity
 * @param began when
 * @param user the effective user's name
 * @param uid the effective user
 * @param loginUid the audit login uid, or -1
 * @param host the host's name
 * @param bootId the boot it began in
 * @param processId the process
 * @param workingDirectory the process's working directory
 * @param command the command line, or the message of a library call
 * @param message why, in the user's words; may be empty
 * @param roots the roots it was begun on
 * @param undoes the transaction that this one takes back, or null
 * @param lasting whether it outlives its process
 * @param origin how it came about
 */
public record Beginning(
    TransactionId id,
    Instant began,
    String user,
    int uid,
    long loginUid,
    String host,
    String bootId,
    long processId,
    String workingDirectory,
    List<ByteString> command,
    String message,
    List<AbsolutePath> roots,
    @Nullable Long undoes,
    boolean lasting,
    Origin origin) {

  /** Copies the lists. */
  public Beginning {
    command = List.copyOf(command);
    roots = List.copyOf(roots);
  }

  /** Creates one of an update of which nothing more is known. */
  public Beginning(
      TransactionId id,
      Instant began,
      String user,
      int uid,
      long loginUid,
      String host,
      String bootId,
      long processId,
      String workingDirectory,
      List<ByteString> command,
      String message,
      List<AbsolutePath> roots,
      @Nullable Long undoes,
      boolean lasting) {
    this(
        id,
        began,
        user,
        uid,
        loginUid,
        host,
        bootId,
        processId,
        workingDirectory,
        command,
        message,
        roots,
        undoes,
        lasting,
        Origin.UNKNOWN);
  }
}
