package dev.holdfast.engine.source;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes archives that no decent program would write. Texts are bytes, as ISO-8859-1. */
final class TarBytes {
  private static final int BLOCK = 512;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  TarBytes file(String name, String content) {
    return entry('0', name, "", bytes(content));
  }

  TarBytes directory(String name) {
    return entry('5', name, "", new byte[0]);
  }

  TarBytes symlink(String name, String target) {
    return entry('2', name, target, new byte[0]);
  }

  TarBytes hardlink(String name, String target) {
    return entry('1', name, target, new byte[0]);
  }

  TarBytes fifo(String name) {
    return entry('6', name, "", new byte[0]);
  }

  /** Adds an extended header, of lines such as {@code path=x}. */
  TarBytes pax(String... records) {
    return extension('x', records);
  }

  TarBytes globalPax(String... records) {
    return extension('g', records);
  }

  private TarBytes extension(char type, String... records) {
    StringBuilder body = new StringBuilder();
    for (String record : records) {
      int length = record.length() + 3;
      while ((length + " " + record + "\n").length() != length) {
        length = (length + " " + record + "\n").length();
      }
      body.append(length).append(' ').append(record).append('\n');
    }
    return entry(type, "extended", "", bytes(body.toString()));
  }

  TarBytes entry(char type, String name, String link, byte[] content) {
    byte[] header = header(type, name, link, content.length);
    return raw(header).raw(content).raw(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
  }

  /** Returns a header block in ustar form. */
  static byte[] header(char type, String name, String link, long size) {
    byte[] block = new byte[BLOCK];
    put(block, 0, name);
    put(block, 100, "0000644\0");
    put(block, 108, "0000000\0");
    put(block, 116, "0000000\0");
    put(block, 124, "%011o\0".formatted(size));
    put(block, 136, "00000000001\0");
    block[156] = (byte) type;
    put(block, 157, link);
    put(block, 257, "ustar\00000");
    return signed(block);
  }

  /** Puts the right checksum into a header. */
  static byte[] signed(byte[] block) {
    signed(block, 0);
    return block;
  }

  /** Puts the right checksum into the header that begins at {@code start}. */
  static void signed(byte[] archive, int start) {
    put(archive, start + 148, "        ");
    int sum = 0;
    for (int i = start; i < start + BLOCK; i++) {
      sum += archive[i] & 0xff;
    }
    put(archive, start + 148, "%06o\0 ".formatted(sum));
  }

  static void put(byte[] block, int offset, String text) {
    byte[] bytes = bytes(text);
    System.arraycopy(bytes, 0, block, offset, bytes.length);
  }

  TarBytes raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** Returns the archive without its end mark. */
  byte[] unfinished() {
    return out.toByteArray();
  }

  byte[] finished() {
    return Arrays.copyOf(out.toByteArray(), out.size() + 2 * BLOCK);
  }
}
