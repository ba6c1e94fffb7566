package dev.holdfast.engine.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.journal.Facts;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttributeWriterTest {
  private static final EntryName NAME = EntryName.of("a");

  @TempDir Path folder;

  /** A power cut can keep this and lose {@code go}: then it is all that tells of the change. */
  @Test
  void seesAChangeThatStoppedAtTheTightenedMode() throws DiskException {
    AbsolutePath path = AbsolutePath.of(folder.toString());
    try (Directory directory = LinuxDisk.create().openDirectory(path)) {
      directory.create(NAME, 0644).close();
      try (Entry entry = directory.entry(NAME)) {
        entry.setMode(0644);
        Facts before = FactsReader.read(directory, NAME, entry.stat());
        Facts after = before.withMode(04750);
        assertThat(AttributeWriter.isAnySet(entry, before, after)).isFalse();
        entry.setMode(0600);
        assertThat(AttributeWriter.isAnySet(entry, before, after)).as("a stranger's").isFalse();
        entry.setMode(0640);
        assertThat(AttributeWriter.isAnySet(entry, before, after)).isTrue();
        AttributeWriter.change(entry, after, before);
        assertThat(entry.stat().mode()).isEqualTo(0644);
      }
    }
  }
}
