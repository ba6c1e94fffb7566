package dev.holdfast.engine;

import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Host;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.staging.RootChanges;
import dev.holdfast.engine.staging.StagingArea.Content;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Facts;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One update of one or more roots: nothing of it is visible before {@link #commit}, and all of it
 * after. A transaction reads its own writes. Closed without a commit, it leaves nothing behind.
 *
 * <p>New contents are staged beside the root as they are written, so a transaction may be larger
 * than memory. For one thread at a time. Paths are relative to their root; none may lead through a
 * symbolic link, into another mount, or to the name {@code .holdfast}.
 */
public final class Transaction implements AutoCloseable {
  private static final int NEW_FILE = 0644;
  private static final int NEW_DIRECTORY = 0755;
  private static final int SETGID = 02000;

  private final TransactionContext context;
  private final ContentCopier copier = new ContentCopier();
  private boolean ended;

  Transaction(TransactionContext context) {
    this.context = context;
  }

  TransactionContext context() {
    return context;
  }

  // ---- reading ---------------------------------------------------------------------------------

  /** Returns whether there is an entry at {@code path}, as this transaction sees it. */
  public boolean exists(Root root, String path) throws IOException {
    return facts(root, RelativePath.of(path)).isPresent();
  }

  /** Returns what is at {@code path}, as this transaction sees it. */
  public Optional<Facts> facts(Root root, RelativePath path) throws IOException {
    requireOpen();
    return context.look(root).facts(checked(path));
  }

  /** Returns the names in the directory at {@code path}, as this transaction sees it. */
  public List<EntryName> list(Root root, String path) throws IOException {
    requireOpen();
    return context.look(root).list(checked(RelativePath.of(path))).stream()
        .filter(name -> !name.equals(ControlDirectory.NAME))
        .toList();
  }

  /** Opens a regular file for reading, as this transaction sees it. */
  public InputStream newInputStream(Root root, String path) throws IOException {
    requireOpen();
    return new DiskInputStream(context.look(root).openToRead(checked(RelativePath.of(path))));
  }

  /** Returns a regular file's bytes, as this transaction sees it. */
  public byte[] read(Root root, String path) throws IOException {
    try (InputStream in = newInputStream(root, path)) {
      return in.readAllBytes();
    }
  }

  // ---- changing --------------------------------------------------------------------------------

  /** Writes a file: a new one, or new contents with the metadata of the old one kept. */
  public void write(Root root, String path, byte[] content) throws IOException {
    write(root, path, new ByteArrayInputStream(content));
  }

  /** Writes a file from a stream, which is read to its end and not closed. */
  public void write(Root root, String path, InputStream content) throws IOException {
    write(
        root,
        RelativePath.of(path),
        file -> copier.copy(content, file, more -> context.checkpoint().check()));
  }

  /** Writes a file from another one, by its contents alone. */
  public void write(Root root, String path, Path content) throws IOException {
    try (InputStream in = Files.newInputStream(content)) {
      write(root, path, in);
    }
  }

  /** Writes a file; see {@link #write(Root, String, byte[])}. */
  void write(Root root, RelativePath path, Content content) throws IOException {
    RootChanges changes = change(root, path);
    changes.putFile(path, fileFacts(changes, path), content);
  }

  /** Returns a stream that writes a file; it is part of the transaction once closed. */
  public OutputStream newOutputStream(Root root, String path) throws IOException {
    RelativePath checked = RelativePath.of(path);
    RootChanges changes = change(root, checked);
    return new StagingOutputStream(
        changes.area().startDraft(),
        fileFacts(changes, checked),
        (facts, draft) -> changes.putDraft(checked, facts, draft));
  }

  private Facts fileFacts(RootChanges changes, RelativePath path) throws IOException {
    Facts present = changes.facts(path).orElse(null);
    if (present != null && present.type() == FileType.DIRECTORY) {
      throw new DiskException(
          DiskError.IS_DIRECTORY, "write", changes.tree().path().resolve(path).toString());
    }
    return present != null && present.type() == FileType.FILE
        ? present.withModified(context.now())
        : newFacts(changes, path, FileType.FILE, NEW_FILE, null);
  }

  private Facts newFacts(
      RootChanges changes, RelativePath path, FileType type, int mode, @Nullable ByteString link)
      throws IOException {
    Host host = context.host();
    Facts parent = path.isEmpty() ? null : changes.facts(path.parent()).orElse(null);
    int gid = host.gid();
    boolean inherits = false;
    if (parent != null && (parent.mode() & SETGID) != 0) {
      gid = parent.gid();
      inherits = true;
    }
    return new Facts(
        type,
        inherits && type == FileType.DIRECTORY ? mode | SETGID : mode,
        host.uid(),
        gid,
        0,
        context.now(),
        null,
        link,
        null,
        0,
        Collections.emptySortedMap());
  }

  /** Makes a directory, 0755; its parent must be there, and nothing at {@code path}. */
  public void makeDirectory(Root root, String path) throws IOException {
    RelativePath checked = RelativePath.of(path);
    RootChanges changes = change(root, checked);
    requireNothing(changes, checked);
    changes.putDirectory(
        checked, newFacts(changes, checked, FileType.DIRECTORY, NEW_DIRECTORY, null));
  }

  /** Makes a symbolic link with this target; nothing may be at {@code path}. */
  public void makeSymbolicLink(Root root, String path, byte[] target) throws IOException {
    RelativePath checked = RelativePath.of(path);
    RootChanges changes = change(root, checked);
    requireNothing(changes, checked);
    changes.putNode(
        checked, newFacts(changes, checked, FileType.SYMLINK, 0, ByteString.of(target)));
  }

  private static void requireNothing(RootChanges changes, RelativePath path) throws IOException {
    if (!(changes.view(path) instanceof RootChanges.View.Nothing)) {
      throw new DiskException(
          DiskError.EXISTS, "make", changes.tree().path().resolve(path).toString());
    }
  }

  /** Deletes a file, or a directory that is empty as this transaction sees it. */
  public void delete(Root root, String path) throws IOException {
    RelativePath checked = RelativePath.of(path);
    change(root, checked).delete(checked);
  }

  /** Deletes an entry with all that is in it. */
  public void deleteTree(Root root, String path) throws IOException {
    deleteTree(root, RelativePath.of(path));
  }

  void deleteTree(Root root, RelativePath path) throws IOException {
    TreeDeletion.delete(change(root, path), path);
  }

  /**
   * Moves an entry, a directory with all that is in it. What is at {@code to} is replaced, unless
   * it is a directory. Where one rename can do it the entry keeps its inode; otherwise (onto
   * something, into a new directory, after other changes) it is copied and deleted, in the same
   * transaction.
   */
  public void move(Root root, String from, String to) throws IOException {
    RelativePath source = RelativePath.of(from);
    RelativePath target = RelativePath.of(to);
    RootChanges changes = change(root, source);
    requireParent(changes, checked(target));
    Facts moved = require(changes, source, "move");
    Facts covered = changes.facts(target).orElse(null);
    if (covered != null && covered.type() == FileType.DIRECTORY) {
      throw new DiskException(
          moved.type() == FileType.DIRECTORY ? DiskError.EXISTS : DiskError.IS_DIRECTORY,
          "move to",
          changes.tree().path().resolve(target).toString());
    }
    if (source.contains(target)) {
      throw new RefusedException("cannot move " + source + " into itself: " + target);
    }
    if (!changes.moveLive(source, target)) {
      TreeCopy.copy(changes, source, target, copier);
      TreeDeletion.delete(changes, source);
    }
  }

  /** Sets permission bits (07777). */
  public void setMode(Root root, String path, int mode) throws IOException {
    RelativePath checked = RelativePath.of(path);
    RootChanges changes = change(root, checked);
    Facts facts = require(changes, checked, "set attributes of");
    changes.setFacts(
        checked,
        facts
            .withMode(mode)
            .withExtendedAttributes(AccessAcl.withMode(facts.extendedAttributes(), mode)));
  }

  /** Sets owner and group. Clears nothing: setuid and capabilities stay as they are. */
  public void setOwner(Root root, String path, int uid, int gid) throws IOException {
    RelativePath checked = RelativePath.of(path);
    RootChanges changes = change(root, checked);
    Facts facts = require(changes, checked, "set attributes of");
    changes.setFacts(checked, facts.withOwner(uid, gid));
  }

  /** Sets an extended attribute, or removes it with null. */
  public void setExtendedAttribute(Root root, String path, String name, byte @Nullable [] value)
      throws IOException {
    RelativePath checked = RelativePath.of(path);
    RootChanges changes = change(root, checked);
    Facts facts = require(changes, checked, "set attributes of");
    if (name.startsWith("user.")
        && facts.type() != FileType.FILE
        && facts.type() != FileType.DIRECTORY) {
      throw new RefusedException(
          changes.tree().path().resolve(checked)
              + " cannot have the attribute "
              + name
              + ": only files and directories have user attributes (xattr(7))");
    }
    TreeMap<String, ByteString> attributes = new TreeMap<>(facts.extendedAttributes());
    if (value == null) {
      attributes.remove(name);
    } else {
      attributes.put(name, ByteString.of(Arrays.copyOf(value, value.length)));
    }
    changes.setFacts(checked, facts.withExtendedAttributes(attributes));
  }

  private static Facts require(RootChanges changes, RelativePath path, String operation)
      throws IOException {
    return changes
        .facts(path)
        .orElseThrow(() ->
            new DiskException(
                DiskError.NOT_FOUND, operation, changes.tree().path().resolve(path).toString()));
  }

  // ---- savepoints and ends ---------------------------------------------------------------------

  /** Returns the present point, to which {@link #rollBackTo} can go back. */
  public Savepoint savepoint() throws IOException {
    requireOpen();
    return new Savepoint(this, context.marks());
  }

  /** Takes back every change since {@code savepoint}, which can be used again. */
  public void rollBackTo(Savepoint savepoint) throws IOException {
    requireOpen();
    if (savepoint.transaction() != this) {
      throw new IllegalArgumentException("a savepoint of another transaction");
    }
    context.backTo(savepoint.marks());
  }

  /**
   * Makes all changes visible and durable. On return they survive power loss at any later instant.
   *
   * @throws dev.holdfast.engine.failure.HoldfastException if nothing changed: a conflict, a busy
   *     root, a failure that was rolled back; or in doubt, which says what is visible
   */
  public Committed commit() throws IOException {
    requireOpen();
    ended = true;
    return context.commit();
  }

  /** Returns the changes so far, one a path, sorted. */
  public List<Change> changes() throws IOException {
    requireOpen();
    return context.preview();
  }

  /** Drops the transaction, unless it was committed. Leaves nothing behind. */
  @Override
  public void close() {
    ended = true;
    context.close();
  }

  private void requireOpen() {
    if (ended) {
      throw new IllegalStateException("this transaction has ended");
    }
  }

  private RootChanges change(Root root, RelativePath path) throws IOException {
    requireOpen();
    context.checkpoint().check();
    RootChanges changes = context.changes(root);
    requireParent(changes, checked(path));
    return changes;
  }

  private static void requireParent(RootChanges changes, RelativePath path) throws IOException {
    if (!path.isEmpty()) {
      Facts parent = changes.facts(path.parent()).orElse(null);
      if (parent == null || parent.type() != FileType.DIRECTORY) {
        throw new DiskException(
            parent == null ? DiskError.NOT_FOUND : DiskError.NOT_DIRECTORY,
            "change",
            changes.tree().path().resolve(path).toString());
      }
    }
  }

  private static RelativePath checked(RelativePath path) throws RefusedException {
    for (EntryName name : path.names()) {
      if (name.equals(ControlDirectory.NAME)) {
        throw new RefusedException(path + ": no transaction touches the name .holdfast");
      }
    }
    return path;
  }
}
