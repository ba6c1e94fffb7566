package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.engine.source.TreeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Transactions over directories, with their journal in one state directory: the entrance to the
 * library. One for a state directory and process; safe for several threads.
 */
public final class Holdfast implements AutoCloseable {

  private Holdfast() {}

  /** Opens the journal in {@code stateDirectory}, making it if absent, and recovers first. */
  public static Holdfast open(Path stateDirectory) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Opens the journal in {@code stateDirectory}, making it if absent, without recovering.
   *
   * @param machine the disk and its host
   */
  public static Holdfast openWithoutRecovery(Disk machine, AbsolutePath stateDirectory)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Returns the state directory that {@code root}'s control directory names, or null if none. */
  public static @Nullable AbsolutePath journalOf(Disk machine, AbsolutePath root)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Returns what opening recovered. */
  public RecoveryReport recovered() {
    throw new UnsupportedOperationException();
  }

  /** Puts {@code directory} under care, if it is not yet. */
  public Root root(Path directory) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Puts {@code directory} under care, if it is not yet. */
  public Root root(AbsolutePath directory) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Begins a transaction. Nothing is written before its first change. */
  public Transaction begin(Options options, Root... roots) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Makes {@code target} equal to {@code source} in one transaction; see {@link ApplyOptions}. */
  public Committed apply(
      TreeSource source, AbsolutePath target, ApplyOptions options, Progress progress)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Finishes or rolls back whatever a crash left.
   *
   * @param roots only what concerns these; empty for all
   * @param checkOnly whether to say only what is pending
   */
  public RecoveryReport recover(Collection<AbsolutePath> roots, boolean checkOnly)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Deals with roots whose journal is lost, from the plans beside them ({@code --adopt}). */
  public RecoveryReport adopt(Collection<AbsolutePath> roots) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Ends a transaction that recovery could not end. */
  public RecoveryReport resolve(long sequence, Direction direction, boolean force)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Takes a transaction back in a new one; where a path has changed since, a conflict. */
  public Committed undo(long sequence, Options options, Progress progress) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Frees old before-images; history stays. */
  public Pruned prune(PruneOptions options) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Returns the record of past transactions, as it is now. */
  public TransactionLog log() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Returns open and pending transactions and the roots. */
  public Status status() throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Returns the text of a past transaction's change of one path, as a unified diff; empty where
   * there is nothing to show, with a line that says why where the bytes are gone or binary.
   */
  public List<String> patch(long sequence) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Probes what a directory's mount offers. Changes nothing that stays. */
  public Diagnosis diagnose(AbsolutePath directory) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Sets one of a root's settings ({@code root set}); an empty value takes the default. */
  public void set(AbsolutePath root, String key, String value) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Takes a root out of care; its tree stays as it is, its before-images go. */
  public void forget(AbsolutePath root) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
