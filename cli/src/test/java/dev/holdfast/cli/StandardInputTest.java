package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.engine.failure.RolledBackException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class StandardInputTest {
  @Test
  void handsOnEveryByte() throws IOException {
    byte[] bytes = new byte[1_000_003];
    new Random(1).nextBytes(bytes);
    try (InputStream in = new StandardInput(new ByteArrayInputStream(bytes))) {
      assertThat(in.read()).isEqualTo(bytes[0] & 0xff);
      assertThat(in.readNBytes(bytes.length))
          .hasSize(bytes.length - 1)
          .endsWith(bytes[bytes.length - 1]);
      assertThat(in.read()).isEqualTo(-1);
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  @Test
  void passesFailuresOn() throws IOException {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("broken");
          }

          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            throw new IOException("broken");
          }
        };
    try (InputStream in = new StandardInput(broken)) {
      assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessage("broken");
    }
  }

  @Test
  void canBeStoppedWhileNothingComes() throws IOException {
    try (PipedOutputStream silent = new PipedOutputStream();
        StandardInput in = new StandardInput(new PipedInputStream(silent))) {
      Thread.ofPlatform().start(in::cancel);
      assertThatThrownBy(in::read).isInstanceOf(RolledBackException.class);
    }
  }
}
