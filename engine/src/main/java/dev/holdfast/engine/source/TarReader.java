package dev.holdfast.engine.source;

import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the entries of a tar archive of any usual kind: v7, ustar, GNU, PAX and star, with all
 * forms of sparse files but star's own. Strict where tar is lenient: an archive without its end
 * mark was cut off, and whatever comes after the end mark does not belong there.
 *
 * <p>It works on bytes. Commons Compress, which this project uses for everything around it, decodes
 * extended headers as text, which damages capabilities and names that are not UTF-8.
 */
final class TarReader {
  private static final int BLOCK = TarHeader.BLOCK;
  private static final int EXTENTS_IN_HEADER = 4;
  private static final int EXTENTS_IN_BLOCK = 21;
  private static final int EXTENT_LENGTH = 24;
  private static final String SPARSE = "GNU.sparse.";

  private final InputStream in;
  private final byte[] skipped = new byte[64 * 1024];
  private final Set<String> ignored = new TreeSet<>();
  private PaxRecords global = new PaxRecords();
  private long position;
  private long remaining;
  private int padding;
  private boolean begun;

  TarReader(InputStream in) {
    this.in = in;
  }

  /** Returns what was met that is about entries and has no meaning here, as keywords. */
  Set<String> ignored() {
    return Collections.unmodifiableSet(ignored);
  }

  /** Returns the next entry, or null after the last one, when everything has been read. */
  @Nullable TarEntry next() throws IOException {
    skip(remaining);
    remaining = 0;
    skip(padding);
    padding = 0;
    PaxRecords local = new PaxRecords();
    byte @Nullable [] longName = null;
    byte @Nullable [] longLink = null;
    while (true) {
      boolean extended = !local.isEmpty() || longName != null || longLink != null;
      TarHeader header = readHeader();
      if (header == null) {
        if (extended) {
          throw new BadArchiveException("ends after an extended header; it was cut off");
        }
        return null;
      }
      switch (header.type()) {
        case 'x', 'X' -> local.add(readExtension(header));
        case 'g' -> global.add(readExtension(header));
        case 'L' -> longName = cutAtNul(readExtension(header));
        case 'K' -> longLink = cutAtNul(readExtension(header));
        case 'V' -> skip(padded(header.size()));
        default -> {
          byte[] name = longName == null ? header.name() : longName;
          byte[] link = longLink == null ? header.link() : longLink;
          return entry(header, local.after(global), name, link);
        }
      }
    }
  }

  private @Nullable TarHeader readHeader() throws IOException {
    byte[] block = in.readNBytes(BLOCK);
    if (block.length == 0) {
      throw new BadArchiveException(
          begun ? "has no end mark; it was cut off" : "is empty, and not a tar archive");
    }
    position += block.length;
    if (block.length < BLOCK) {
      throw new BadArchiveException(
          begun ? "ends inside a header; it was cut off" : "is not a tar archive");
    }
    TarHeader header = new TarHeader(block);
    if (header.isZero()) {
      if (!begun) {
        throw new BadArchiveException("has no entries; to empty a directory, apply an empty one");
      }
      readToEnd();
      return null;
    }
    if (!header.isChecksumRight()) {
      throw new BadArchiveException(
          begun
              ? "is damaged: no header where one should be, at byte " + (position - BLOCK)
              : "is not a tar archive");
    }
    begun = true;
    return header;
  }

  /** Only zeros may follow the end mark; reading them lets the decompressor check its sums. */
  private void readToEnd() throws IOException {
    for (int n = in.read(skipped); n >= 0; n = in.read(skipped)) {
      for (int i = 0; i < n; i++) {
        if (skipped[i] != 0) {
          throw new BadArchiveException("goes on after its end mark, at byte " + (position + i));
        }
      }
      position += n;
    }
  }

  private byte[] readExtension(TarHeader header) throws IOException {
    long size = header.size();
    if (size > ArchiveLimits.MAX_EXTENSION) {
      throw new BadArchiveException("has an extended header of " + size + " bytes");
    }
    byte[] body = in.readNBytes((int) size);
    position += body.length;
    if (body.length < size) {
      throw new BadArchiveException("ends inside an extended header; it was cut off");
    }
    skip(padded(size) - size);
    return body;
  }

  /** A long name ends with a NUL; anything but NULs behind it would be seen by some and not all. */
  private static byte[] cutAtNul(byte[] body) throws BadArchiveException {
    int end = 0;
    while (end < body.length && body[end] != 0) {
      end++;
    }
    for (int i = end; i < body.length; i++) {
      if (body[i] != 0) {
        throw new BadArchiveException("has a name with NUL in it");
      }
    }
    return Arrays.copyOf(body, end);
  }

  private TarEntry entry(TarHeader header, PaxRecords pax, byte[] headerName, byte[] headerLink)
      throws IOException {
    byte[] name = pax.find(SPARSE + "name").or(() -> pax.find("path")).orElse(headerName);
    char type = typeOf(header, name);
    boolean hasData = type == '0' || type == 'D' || type == 'S';
    long archived = hasData ? valueOr(pax.findNumber("size"), header.size()) : 0;
    startContent(archived);
    long size = archived;
    List<Extent> extents = List.of(new Extent(0, archived));
    if (type == 'S') {
      size = header.number(483, 12);
      extents = readOldSparseMap(header);
      Extent.check(extents, size, archived);
      type = '0';
    } else if (type == '0' && isSparse(pax)) {
      size = sparseSize(pax);
      extents = readSparseMap(pax);
      Extent.check(extents, size, remaining);
    } else if (type == 'D') {
      type = '5';
    }
    return new TarEntry(
        type,
        ByteString.of(name),
        ByteString.of(pax.find("linkpath").orElse(headerLink)),
        (int) (header.mode() & 07777),
        identity(valueOr(pax.findNumber("uid"), header.uid())),
        identity(valueOr(pax.findNumber("gid"), header.gid())),
        time(pax, header),
        size,
        extents,
        type == '3' || type == '4' ? deviceNumber(header) : 0,
        extendedAttributes(pax),
        pax.find("SCHILY.acl.access").map(ByteString::of).orElse(null),
        pax.find("SCHILY.acl.default").map(ByteString::of).orElse(null));
  }

  private static long valueOr(Optional<Long> value, long otherwise) {
    return value.orElse(otherwise);
  }

  private char typeOf(TarHeader header, byte[] name) throws BadArchiveException {
    char type = header.type();
    return switch (type) {
      case '\0', '0', '7' -> name.length > 0 && name[name.length - 1] == '/' ? '5' : '0';
      case '1', '2', '3', '4', '5', '6', 'D' -> type;
      case 'S' -> {
        if (!header.isGnu()) {
          throw new BadArchiveException("is a sparse file in star's own format");
        }
        yield type;
      }
      case 'M' -> throw new BadArchiveException("continues another volume");
      default ->
          throw new BadArchiveException(
              "has the type \""
                  + (type > ' ' && type < 0x7f ? type : '?')
                  + "\", which is unknown");
    };
  }

  private static int identity(long number) throws BadArchiveException {
    if (number < 0 || number >= 0xffff_ffffL) {
      throw new BadArchiveException("has the owner or group " + number + ", which cannot be");
    }
    return (int) number;
  }

  private static Instant time(PaxRecords pax, TarHeader header) throws BadArchiveException {
    Optional<Instant> exact = pax.findTime("mtime");
    try {
      return exact.isPresent() ? exact.get() : Instant.ofEpochSecond(header.modified());
    } catch (DateTimeException _) {
      throw new BadArchiveException("has a time that cannot be");
    }
  }

  /** Encodes as makedev(3) does. */
  private static long deviceNumber(TarHeader header) throws BadArchiveException {
    long major = header.deviceMajor();
    long minor = header.deviceMinor();
    if (major < 0 || minor < 0 || major > 0xffff_ffffL || minor > 0xffff_ffffL) {
      throw new BadArchiveException("is a device that cannot be");
    }
    return ((major & 0xfff) << 8)
        | ((major & ~0xfffL) << 32)
        | (minor & 0xff)
        | ((minor & ~0xffL) << 12);
  }

  /** bsdtar writes each attribute twice, and only its own form is right for every name. */
  private SortedMap<String, ByteString> extendedAttributes(PaxRecords pax)
      throws BadArchiveException {
    SortedMap<String, ByteString> attributes = new TreeMap<>();
    boolean isBsd = pax.all().stream().anyMatch(one -> one.key().startsWith("LIBARCHIVE.xattr."));
    for (PaxRecords.Pair one : pax.all()) {
      String key = one.key();
      if (key.startsWith("SCHILY.xattr.") && !isBsd) {
        put(attributes, decoded(key.substring(13), "3D", "25"), one.value().bytes());
      } else if (key.startsWith("LIBARCHIVE.xattr.")) {
        put(attributes, decoded(key.substring(17)), base64(one.value().bytes()));
      } else if (key.equals("RHT.security.selinux")) {
        put(
            attributes,
            "security.selinux",
            Arrays.copyOf(one.value().bytes(), one.value().length() + 1));
      } else if (key.equals("SCHILY.acl.ace") || key.equals("SCHILY.fflags")) {
        ignored.add(key);
      }
    }
    return attributes;
  }

  private static void put(SortedMap<String, ByteString> attributes, String name, byte[] value)
      throws BadArchiveException {
    boolean fits =
        !name.isEmpty()
            && name.indexOf('\0') < 0
            && name.getBytes(StandardCharsets.UTF_8).length <= 255
            && value.length <= ArchiveLimits.MAX_ATTRIBUTE;
    if (!fits) {
      throw new BadArchiveException("has an extended attribute that cannot be");
    }
    attributes.put(name, ByteString.of(value));
  }

  private static byte[] base64(byte[] text) throws BadArchiveException {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException _) {
      throw new BadArchiveException("has an extended attribute that is not base64");
    }
  }

  /** Decodes %XX: all of them, or only the given ones, which is what GNU tar encodes. */
  private static String decoded(String name, String... only) throws BadArchiveException {
    if (name.indexOf('%') < 0) {
      return name;
    }
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      boolean encoded = name.charAt(i) == '%' && i + 2 < name.length();
      String code = encoded ? name.substring(i + 1, i + 3) : "";
      boolean meant =
          only.length == 0 ? code.matches("[0-9A-Fa-f]{2}") : List.of(only).contains(code);
      if (meant) {
        plain.append((char) Integer.parseInt(code, 16));
        i += 2;
      } else {
        plain.append(name.charAt(i));
      }
    }
    return new String(
        plain.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  // Sparse files

  private static boolean isSparse(PaxRecords pax) {
    return pax.find(SPARSE + "major").isPresent()
        || pax.find(SPARSE + "size").isPresent()
        || pax.find(SPARSE + "map").isPresent();
  }

  private static long sparseSize(PaxRecords pax) throws BadArchiveException {
    Optional<Long> size = pax.findNumber(SPARSE + "realsize");
    if (size.isEmpty()) {
      size = pax.findNumber(SPARSE + "size");
    }
    return size.orElseThrow(() -> new BadArchiveException("is a sparse file without a size"));
  }

  private List<Extent> readSparseMap(PaxRecords pax) throws IOException {
    Optional<byte[]> map = pax.find(SPARSE + "map");
    if (pax.findNumber(SPARSE + "major").orElse(0L) == 1) {
      return readMapBeforeData();
    }
    List<Long> numbers = new ArrayList<>();
    if (map.isPresent()) {
      for (String number : new String(map.get(), StandardCharsets.ISO_8859_1).split(",", -1)) {
        numbers.add(PaxRecords.number(number.getBytes(StandardCharsets.ISO_8859_1)));
      }
    } else {
      for (PaxRecords.Pair one : pax.all()) {
        if (one.key().equals(SPARSE + "offset") || one.key().equals(SPARSE + "numbytes")) {
          numbers.add(PaxRecords.number(one.value().bytes()));
        }
      }
    }
    return extents(numbers);
  }

  private static List<Extent> extents(List<Long> numbers) throws BadArchiveException {
    if (numbers.size() % 2 != 0) {
      throw new BadArchiveException("has a sparse map that makes no sense");
    }
    List<Extent> extents = new ArrayList<>();
    for (int i = 0; i < numbers.size(); i += 2) {
      addExtent(extents, numbers.get(i), numbers.get(i + 1));
    }
    return extents;
  }

  private static void addExtent(List<Extent> extents, long offset, long length) {
    if (length != 0) {
      extents.add(new Extent(offset, length));
    }
  }

  /** Version 1.0 has the map as lines of numbers in the first blocks of the data. */
  private List<Extent> readMapBeforeData() throws IOException {
    DecimalLines lines = new DecimalLines();
    long count = lines.next();
    if (count < 0 || count > ArchiveLimits.MAX_EXTENSION / EXTENT_LENGTH) {
      throw new BadArchiveException("has a sparse map of " + count + " parts");
    }
    List<Extent> extents = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      long offset = lines.next();
      addExtent(extents, offset, lines.next());
    }
    return extents;
  }

  /** Numbers, one a line, in whole blocks of the entry's data. */
  private final class DecimalLines {
    private byte[] block = {};
    private int at;

    private long next() throws IOException {
      StringBuilder digits = new StringBuilder();
      while (true) {
        if (at == block.length) {
          byte[] more = new byte[BLOCK];
          if (remaining < BLOCK || readFully(more) < BLOCK) {
            throw new BadArchiveException("has a sparse map that does not end");
          }
          block = more;
          at = 0;
        }
        byte b = block[at++];
        if (b == '\n') {
          return PaxRecords.number(digits.toString().getBytes(StandardCharsets.ISO_8859_1));
        }
        if (digits.length() > 20) {
          throw new BadArchiveException("has a sparse map that makes no sense");
        }
        digits.append((char) (b & 0xff));
      }
    }

    private int readFully(byte[] to) throws IOException {
      int got = 0;
      while (got < to.length) {
        int n = read(to, got, to.length - got);
        if (n < 0) {
          break;
        }
        got += n;
      }
      return got;
    }
  }

  /** The old GNU format has the map in the header, and in blocks that follow it. */
  private List<Extent> readOldSparseMap(TarHeader header) throws IOException {
    List<Extent> extents = new ArrayList<>();
    addExtents(extents, header, 386, EXTENTS_IN_HEADER);
    boolean more = header.isSet(482);
    while (more) {
      if (extents.size() > ArchiveLimits.MAX_EXTENSION / EXTENT_LENGTH) {
        throw new BadArchiveException("has a sparse map of too many parts");
      }
      byte[] block = in.readNBytes(BLOCK);
      position += block.length;
      if (block.length < BLOCK) {
        throw new BadArchiveException("ends inside a header; it was cut off");
      }
      TarHeader continued = new TarHeader(block);
      addExtents(extents, continued, 0, EXTENTS_IN_BLOCK);
      more = continued.isSet(504);
    }
    return extents;
  }

  private static void addExtents(List<Extent> extents, TarHeader block, int offset, int count)
      throws BadArchiveException {
    for (int i = 0; i < count; i++) {
      int at = offset + i * EXTENT_LENGTH;
      addExtent(extents, block.number(at, 12), block.number(at + 12, 12));
    }
  }

  // Contents

  private void startContent(long archived) {
    remaining = archived;
    padding = (int) ((BLOCK - archived % BLOCK) % BLOCK);
  }

  private static long padded(long size) {
    return size + (BLOCK - size % BLOCK) % BLOCK;
  }

  /**
   * Reads more of the present entry's archived bytes.
   *
   * @return how many, or -1 after the last one
   */
  int read(byte[] to, int offset, int length) throws IOException {
    if (remaining == 0) {
      return -1;
    }
    int n = in.read(to, offset, (int) Math.min(length, remaining));
    if (n < 0) {
      throw new BadArchiveException("ends inside a file's contents; it was cut off");
    }
    position += n;
    remaining -= n;
    return n;
  }

  private void skip(long count) throws IOException {
    for (long left = count; left > 0; ) {
      int n = in.read(skipped, 0, (int) Math.min(skipped.length, left));
      if (n < 0) {
        throw new BadArchiveException("ends inside a file's contents; it was cut off");
      }
      position += n;
      left -= n;
    }
  }
}
