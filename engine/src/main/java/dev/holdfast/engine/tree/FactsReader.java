package dev.holdfast.engine.tree;

import dev.holdfast.disk.Attributed;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Stat;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.Facts;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads what an entry is: everything that a record says of it but its bytes. */
public final class FactsReader {
  private FactsReader() {}

  /** Returns the facts of the entry {@code name} that {@code stat} was just read from. */
  public static Facts read(Directory parent, EntryName name, Stat stat) throws DiskException {
    try (Entry entry = parent.entry(name)) {
      return read(parent, name, entry, stat);
    }
  }

  /** Returns the facts of a directory itself. */
  public static Facts read(Directory directory) throws DiskException {
    return of(directory.stat(), attributes(directory), null, null);
  }

  private static Facts read(Directory parent, EntryName name, Entry entry, Stat stat)
      throws DiskException {
    ByteString link =
        stat.type() == FileType.SYMLINK ? ByteString.of(parent.readSymbolicLink(name)) : null;
    return of(stat, attributes(entry), link, null);
  }

  /** Returns the facts that {@code stat} and the rest make up. */
  public static Facts of(
      Stat stat,
      SortedMap<String, ByteString> attributes,
      @Nullable ByteString link,
      @Nullable ContentDigest digest) {
    return new Facts(
        stat.type(),
        stat.type() == FileType.SYMLINK ? 0 : stat.mode(),
        stat.uid(),
        stat.gid(),
        stat.isFile() ? stat.size() : 0,
        stat.modified(),
        digest,
        link,
        null,
        stat.deviceNumber(),
        attributes);
  }

  /** Returns all extended attributes of {@code node}. */
  public static SortedMap<String, ByteString> attributes(Attributed node) throws DiskException {
    SortedMap<String, ByteString> attributes = new TreeMap<>();
    for (Map.Entry<String, byte[]> attribute : node.extendedAttributes().entrySet()) {
      attributes.put(attribute.getKey(), ByteString.of(attribute.getValue()));
    }
    return attributes;
  }
}
