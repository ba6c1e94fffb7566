package dev.holdfast.engine.source;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Host;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.ContentCopier.Copied;
import dev.holdfast.engine.tree.ContentCopier.NewFile;
import dev.holdfast.engine.tree.ContentCopier.Progress;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A tar archive as a source, plain or compressed with gzip, xz or zstd; read once, from its
 * beginning to its end. Owners are taken by number, as {@code tar --numeric-owner} does; only ACLs
 * may have names, which {@code /etc/passwd} and {@code /etc/group} must know.
 *
 * <p>Only what can be put below one directory and nowhere else is accepted, and only whole: names
 * that are absolute or have {@code ..}, entries below a link or a file of the archive, hard links
 * to what has not come before, names that come twice (but for directories), the name {@code
 * .holdfast}, bombs, and archives that were cut off, damaged or go on after their end are refused,
 * by the name of the entry. An archive without any entry is refused too: that is what a file full
 * of zeros looks like.
 *
 * <p>Directories that have entries but are no entry themselves are {@linkplain Item#isImplied
 * implied}: mode 0755, of the user, as of now.
 */
public final class TarSource implements TreeSource {
  private static final int DEFAULT_DIRECTORY_MODE = 0755;

  /**
   * How an archive is read.
   *
   * @param excludes what is left out
   * @param strip leading components to drop from names, and entries that have no more
   * @param limits when it is taken for a bomb
   * @param accounts users and groups that ACLs may name
   * @param host whose directories the implied ones are
   * @param now since when they are
   */
  public record Options(
      Excludes excludes,
      int strip,
      ArchiveLimits limits,
      Accounts accounts,
      Host host,
      Instant now) {}

  private final String name;
  private final InputStream in;
  private final TarReader reader;
  private final TarContent content;
  private final ArchiveTree tree;
  private final AclText acls;
  private final Facts implied;
  private final Deque<Item> pending = new ArrayDeque<>();
  private @Nullable Item current;
  private long freeBytes;
  private long freeHoles;
  private boolean begun;
  private boolean finished;

  private TarSource(String name, InputStream in, Options options) {
    this.name = name;
    this.in = in;
    this.reader = new TarReader(in);
    this.content = new TarContent(reader);
    this.tree = new ArchiveTree(options.excludes(), options.strip(), options.limits().maxEntries());
    this.acls = new AclText(options.accounts());
    this.freeBytes = options.limits().freeBytes();
    this.freeHoles = options.limits().maxHoles();
    this.implied =
        new Facts(
            FileType.DIRECTORY,
            DEFAULT_DIRECTORY_MODE,
            options.host().uid(),
            options.host().gid(),
            0,
            options.now(),
            null,
            null,
            null,
            0,
            Collections.emptySortedMap());
  }

  /** Opens the archive {@code path}, following a link. */
  public static TarSource open(Disk disk, AbsolutePath path, Options options) throws IOException {
    AbsolutePath real = disk.realPath(path);
    try (Directory parent = disk.openDirectory(real.parent())) {
      DiskFile file = parent.openToRead(real.name());
      return read(new FileInput(file), path.toString(), options);
    }
  }

  /**
   * Reads an archive from a stream, which is closed with the source, or at once if it is refused.
   *
   * @param name what to call it in messages
   */
  public static TarSource read(InputStream raw, String name, Options options) throws IOException {
    try {
      return new TarSource(name, new Decompression(raw, options.limits()), options);
    } catch (BadArchiveException e) {
      raw.close();
      throw refused(name, "it ", e);
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }

  private static RefusedException refused(String archive, String what, BadArchiveException e) {
    return new RefusedException(
        "cannot apply archive " + archive + ": " + what + e.getMessage(), e);
  }

  @Override
  public @Nullable Item next() throws IOException {
    current = null;
    if (!begun) {
      begun = true;
      tree.add(RelativePath.EMPTY, implied);
      return new Plain(RelativePath.EMPTY, implied, true);
    }
    while (pending.isEmpty() && !finished) {
      TarEntry entry = readEntry();
      if (entry == null) {
        finished = true;
      } else {
        try {
          take(entry);
        } catch (BadArchiveException e) {
          throw refused(entry, e);
        }
      }
    }
    current = pending.poll();
    return current;
  }

  private @Nullable TarEntry readEntry() throws IOException {
    try {
      return reader.next();
    } catch (BadArchiveException e) {
      throw refused(name, "it ", e);
    }
  }

  private RefusedException refused(TarEntry entry, BadArchiveException e) {
    return refused(name, "its entry " + entry.name() + " ", e);
  }

  private void take(TarEntry entry) throws IOException {
    Optional<RelativePath> place = tree.place(entry.name().bytes(), entry.type() == '5');
    if (place.isEmpty()) {
      return;
    }
    RelativePath path = place.get();
    Facts facts = entry.type() == '1' ? tree.linkTo(entry.link().bytes()) : facts(entry);
    for (RelativePath parent : tree.addParents(path, implied)) {
      pending.add(new Plain(parent, implied, true));
    }
    tree.add(path, facts);
    freeHoles -= TarContent.holesOf(entry);
    if (freeHoles < 0) {
      throw new BadArchiveException("has, or those before it have, absurdly large holes");
    }
    boolean hasBytes = facts.type() == FileType.FILE && facts.hardlink() == null;
    pending.add(hasBytes ? new WithBytes(path, facts, entry) : new Plain(path, facts, false));
  }

  private Facts facts(TarEntry entry) throws IOException {
    FileType type =
        switch (entry.type()) {
          case '2' -> FileType.SYMLINK;
          case '3' -> FileType.CHARACTER_DEVICE;
          case '4' -> FileType.BLOCK_DEVICE;
          case '5' -> FileType.DIRECTORY;
          case '6' -> FileType.FIFO;
          default -> FileType.FILE;
        };
    return new Facts(
        type,
        type == FileType.SYMLINK ? 0 : entry.mode(),
        entry.uid(),
        entry.gid(),
        type == FileType.FILE ? entry.size() : 0,
        entry.modified(),
        null,
        type == FileType.SYMLINK ? linkTarget(entry) : null,
        null,
        entry.deviceNumber(),
        attributes(entry, type));
  }

  private static ByteString linkTarget(TarEntry entry) throws BadArchiveException {
    ByteString target = entry.link();
    boolean bad = target.length() == 0 || target.length() > ArchiveLimits.MAX_PATH;
    for (byte b : target.bytes()) {
      bad |= b == 0;
    }
    if (bad) {
      throw new BadArchiveException("is a symbolic link with a target that cannot be");
    }
    return target;
  }

  private SortedMap<String, ByteString> attributes(TarEntry entry, FileType type)
      throws IOException {
    ByteString access = entry.accessAcl();
    ByteString defaults = entry.defaultAcl();
    if (access == null && defaults == null) {
      return entry.extendedAttributes();
    }
    SortedMap<String, ByteString> attributes = new TreeMap<>(entry.extendedAttributes());
    if (access != null && type != FileType.SYMLINK) {
      acls.readAccess(access).ifPresent(acl -> attributes.put(AclText.ACCESS, acl));
    }
    if (defaults != null && type == FileType.DIRECTORY) {
      attributes.put(AclText.DEFAULT, acls.readDefault(defaults));
    }
    return attributes;
  }

  @Override
  public boolean isRereadable() {
    return false;
  }

  @Override
  public Set<RelativePath> withdrawn() {
    return Collections.unmodifiableSet(tree.supervised());
  }

  @Override
  public List<String> notes() {
    return reader.ignored().isEmpty()
        ? List.of()
        : List.of("the archive has what Linux cannot keep: " + String.join(", ", reader.ignored()));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException _) {
      // what was to be read has been read
    }
  }

  /** An entry without bytes of its own. */
  private record Plain(RelativePath path, Facts facts, boolean isImplied) implements Item {
    @Override
    public boolean sameBytes(DiskFile other, ContentCopier copier) {
      throw new IllegalStateException("no file with bytes of its own: " + path);
    }

    @Override
    public Copied copyTo(DiskFile to, ContentCopier copier, Progress progress) {
      throw new IllegalStateException("no file with bytes of its own: " + path);
    }
  }

  /** A regular file, whose bytes come next in the archive. */
  private final class WithBytes implements Item {
    private final RelativePath path;
    private final Facts facts;
    private final TarEntry entry;
    private boolean read;

    private WithBytes(RelativePath path, Facts facts, TarEntry entry) {
      this.path = path;
      this.facts = facts;
      this.entry = entry;
    }

    @Override
    public RelativePath path() {
      return path;
    }

    @Override
    public Facts facts() {
      return facts;
    }

    @Override
    public boolean sameBytes(DiskFile other, ContentCopier copier) throws IOException {
      begin();
      try {
        return content.same(entry, other);
      } catch (BadArchiveException e) {
        throw refused(entry, e);
      }
    }

    @Override
    public Copied copyTo(DiskFile to, ContentCopier copier, Progress progress) throws IOException {
      begin();
      try {
        takeSpace();
        return content.copy(entry, to, progress);
      } catch (BadArchiveException e) {
        throw refused(entry, e);
      }
    }

    @Override
    public Optional<Copied> copyUnlessSame(
        DiskFile live, NewFile to, ContentCopier copier, Progress progress) throws IOException {
      begin();
      NewFile counted =
          () -> {
            takeSpace();
            return to.create();
          };
      try {
        return content.copyUnlessSame(path, entry, live, counted, progress);
      } catch (BadArchiveException e) {
        throw refused(entry, e);
      }
    }

    private void begin() {
      if (current != this || read) {
        throw new IllegalStateException("the bytes have gone by: " + path);
      }
      read = true;
    }

    /** Refuses before anything is written, not when the disk is full. */
    private void takeSpace() throws BadArchiveException {
      long data = TarContent.dataOf(entry);
      if (data > freeBytes) {
        throw new BadArchiveException(
            "needs " + data + " bytes, and the target has room for " + freeBytes + " more");
      }
      freeBytes -= data;
    }
  }
}
