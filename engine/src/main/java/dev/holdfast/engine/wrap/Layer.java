package dev.holdfast.engine.wrap;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.control.TransactionFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What one command changed below one root: overlayfs' upper directory, and its index. */
public final class Layer implements AutoCloseable {
  private static final EntryName INDEX = EntryName.of("index");
  private static final EntryName WORK = EntryName.of("work");

  private static final EntryName RECORD = EntryName.of("record");

  private static final int PRIVATE = 0700;
  private static final int PRIVATE_FILE = 0600;

  private final Directory upper;
  private final @Nullable Directory work;
  private final Directory folder;

  Layer(Directory upper, @Nullable Directory work, Directory folder) {
    this.upper = upper;
    this.work = work;
    this.folder = folder;
  }

  /** Returns the changed entries: a tree of the root's shape. */
  Directory upper() {
    return upper;
  }

  /**
   * Returns the inodes that took the place of live ones with several names: the live inode's number
   * by that of the new one.
   */
  public Map<Long, Long> copiedLinks() throws DiskException {
    Map<Long, Long> copied = new HashMap<>();
    try (Directory index = index()) {
      if (index == null) {
        return copied;
      }
      for (EntryName name : index.list()) {
        Stat stat = index.stat(name).orElse(null);
        OptionalLong live = liveInode(name);
        if (stat != null
            && !stat.isDirectory()
            && !OverlayAttributes.isWhiteout(stat)
            && live.isPresent()) {
          copied.put(stat.inode(), live.getAsLong());
        }
      }
    }
    return copied;
  }

  private static OptionalLong liveInode(EntryName name) {
    try {
      return OverlayAttributes.inode(java.util.HexFormat.of().parseHex(name.toString()));
    } catch (IllegalArgumentException _) {
      return OptionalLong.empty(); // a file of overlayfs' own
    }
  }

  /** Returns the index' entry of a new inode, for when none of its names is left. */
  Optional<EntryName> indexName(long inode) throws DiskException {
    try (Directory index = index()) {
      if (index == null) {
        return Optional.empty();
      }
      for (EntryName name : index.list()) {
        if (index.stat(name).filter(stat -> stat.inode() == inode).isPresent()) {
          return Optional.of(name);
        }
      }
      return Optional.empty();
    }
  }

  /** Opens the index; null if there is none. The caller closes it. */
  @Nullable Directory index() throws DiskException {
    return work == null || work.stat(INDEX).isEmpty()
        ? null
        : work.directory(RelativePath.of(INDEX));
  }

  /**
   * Takes away what only overlayfs needed, now that all names of a file are in the layer: so it has
   * as many links as names. An empty index stays, to say that there was one.
   */
  public void forgetIndex() throws DiskException {
    boolean had = work != null && work.stat(INDEX).isPresent();
    TransactionFolder.remove(folder, WORK);
    if (had) {
      folder.makeDirectory(WORK, PRIVATE);
      try (Directory empty = folder.directory(WORK)) {
        empty.makeDirectory(INDEX, PRIVATE);
      }
    }
  }

  /** Keeps what is to be known of this layer once it is sealed. Durable only after a barrier. */
  void keep(LayerRecord record) throws IOException {
    if (folder.stat(RECORD).isPresent()) {
      folder.unlink(RECORD);
    }
    try (DiskFile file = folder.create(RECORD, PRIVATE_FILE)) {
      file.write(0, ByteBuffer.wrap(record.bytes()));
    }
  }

  /** Returns what was kept; nothing if this layer is not sealed. */
  LayerRecord kept() throws IOException {
    if (folder.stat(RECORD).isEmpty()) {
      return LayerRecord.NOTHING;
    }
    try (DiskFile file = folder.openToRead(RECORD)) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
      while (bytes.hasRemaining() && file.read(bytes.position(), bytes) > 0) {
        // on with the rest
      }
      return LayerRecord.of(bytes.array());
    }
  }

  @Override
  public void close() {
    upper.close();
    if (work != null) {
      work.close();
    }
    folder.close();
  }
}
