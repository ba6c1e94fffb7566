package dev.holdfast.engine.wrap;

import dev.holdfast.disk.RelativePath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is to be known of a sealed layer although looking at it takes it away: translating it takes
 * overlayfs' attributes off what is staged, and whoever is not root changes modes to be able to
 * read.
 *
 * @param modes the modes that keep their owner out, by the inode's number in the layer
 * @param origins the number of the live inode that one was copied from, by the number in the layer
 * @param live the number of the inode that was live at a path where the layer got an entry of ours
 */
record LayerRecord(
    Map<Long, Integer> modes, Map<Long, Long> origins, Map<RelativePath, Long> live) {
  static final LayerRecord NOTHING = new LayerRecord(Map.of(), Map.of(), Map.of());

  LayerRecord {
    modes = Map.copyOf(modes);
    origins = Map.copyOf(origins);
    live = Map.copyOf(live);
  }

  byte[] bytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(modes.size());
    for (var mode : new TreeMap<>(modes).entrySet()) {
      out.writeLong(mode.getKey());
      out.writeInt(mode.getValue());
    }
    out.writeInt(origins.size());
    for (var origin : new TreeMap<>(origins).entrySet()) {
      out.writeLong(origin.getKey());
      out.writeLong(origin.getValue());
    }
    out.writeInt(live.size());
    for (var inode : new TreeMap<>(live).entrySet()) {
      byte[] path = inode.getKey().bytes();
      out.writeInt(path.length);
      out.write(path);
      out.writeLong(inode.getValue());
    }
    return bytes.toByteArray();
  }

  static LayerRecord of(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    Map<Long, Integer> modes = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      modes.put(in.readLong(), in.readInt());
    }
    Map<Long, Long> origins = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      origins.put(in.readLong(), in.readLong());
    }
    Map<RelativePath, Long> live = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      byte[] path = in.readNBytes(in.readInt());
      live.put(RelativePath.of(path), in.readLong());
    }
    return new LayerRecord(modes, origins, live);
  }
}
