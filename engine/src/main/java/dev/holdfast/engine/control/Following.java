package dev.holdfast.engine.control;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * That a root follows a stock directory, in its control directory: {@code follow} says which,
 * {@code follow.base} what every path of it was when the root was last brought up to date, {@code
 * follow.next} the same of an update that may or may not have been committed. Until that is known
 * both count: a path that is what either says was not changed by anybody else.
 */
public final class Following {
  private static final EntryName FOLLOW = EntryName.of("follow");
  private static final EntryName BASE = EntryName.of("follow.base");
  private static final EntryName NEXT = EntryName.of("follow.next");
  private static final EntryName TEMPORARY = EntryName.of("follow.new");
  private static final String TITLE = "holdfast-follow 1";
  private static final String STOCK = "stock";
  private static final int MODE = 0600;

  private final Directory directory;

  /** Creates the record in a control directory, which stays the caller's to close. */
  public Following(ControlDirectory control) {
    this.directory = control.directory();
  }

  /** Returns the stock that the root follows; empty if it follows none. */
  public Optional<AbsolutePath> stock() throws DiskException {
    return directory.stat(FOLLOW).isEmpty()
        ? Optional.empty()
        : CheckedText.decode(TITLE, CheckedText.read(directory, FOLLOW))
            .map(values -> AbsolutePath.of(Owner.value(values, STOCK)));
  }

  /** Begins, durable on return: from now on the root follows {@code stock}. */
  public void begin(AbsolutePath stock, SortedMap<RelativePath, String> base) throws DiskException {
    end();
    write(BASE, encode(base));
    Map<String, byte[]> values = new LinkedHashMap<>();
    values.put(STOCK, stock.bytes());
    write(FOLLOW, CheckedText.encode(TITLE, values));
  }

  /** Ends it, durable on return. */
  public void end() throws DiskException {
    for (EntryName name : new EntryName[] {FOLLOW, NEXT, BASE}) {
      if (directory.stat(name).isPresent()) {
        directory.unlink(name);
      }
    }
    directory.sync();
  }

  /** Returns what each path was when the root was last brought up to date. */
  public SortedMap<RelativePath, String> base() throws DiskException {
    return read(BASE);
  }

  /** Returns what an update wanted of which it is not known whether it was committed. */
  public SortedMap<RelativePath, String> unsure() throws DiskException {
    return read(NEXT);
  }

  /** Notes what an update that is about to be committed is made of, durable on return. */
  public void prepare(SortedMap<RelativePath, String> next) throws DiskException {
    write(NEXT, encode(next));
  }

  /** Takes over what was prepared: it was committed. */
  public void confirm() throws DiskException {
    directory.renameOver(NEXT, directory, BASE);
    directory.sync();
  }

  private void write(EntryName name, byte[] bytes) throws DiskException {
    if (directory.stat(TEMPORARY).isPresent()) {
      directory.unlink(TEMPORARY);
    }
    try (DiskFile file = directory.create(TEMPORARY, MODE)) {
      file.write(0, ByteBuffer.wrap(bytes));
      file.sync();
    }
    directory.renameOver(TEMPORARY, directory, name);
    directory.sync();
  }

  private static byte[] encode(SortedMap<RelativePath, String> paths) {
    StringBuilder text = new StringBuilder();
    paths.forEach((path, what) ->
        text.append(what).append('\t').append(CheckedText.escape(path.bytes())).append('\n'));
    text.append(checksum(text)).append('\n');
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** A damaged list is as if there were none: then everything that differs is a conflict. */
  private SortedMap<RelativePath, String> read(EntryName name) throws DiskException {
    SortedMap<RelativePath, String> paths = new TreeMap<>();
    if (directory.stat(name).isEmpty()) {
      return paths;
    }
    String text;
    try (DiskFile file = directory.openToRead(name)) {
      ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(file.size()));
      for (int n = 1; n > 0 && buffer.hasRemaining(); ) {
        n = file.read(buffer.position(), buffer);
      }
      text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
    }
    int last = text.lastIndexOf('\n', text.length() - 2) + 1;
    if (!text.substring(last).equals(checksum(text.substring(0, last)) + "\n")) {
      return paths;
    }
    for (String line : text.substring(0, last).lines().toList()) {
      int tab = line.indexOf('\t');
      byte[] path = CheckedText.unescape(line.substring(tab + 1));
      paths.put(
          path.length == 0 ? RelativePath.EMPTY : AbsolutePath.ROOT.resolveText(path).belowRoot(),
          line.substring(0, tab));
    }
    return paths;
  }

  private static String checksum(CharSequence text) {
    CRC32C crc = new CRC32C();
    crc.update(text.toString().getBytes(StandardCharsets.US_ASCII));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
