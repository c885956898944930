package dev.pennyworth.agentloop.model;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// A stream that breaks off where more comes than is allowed.
final class BoundedStream extends FilterInputStream {
  private final int bytesMax;
  private int bytes;

  BoundedStream(InputStream in, int bytesMax) {
    super(in);
    this.bytesMax = bytesMax;
  }

  @Override
  public int read() throws IOException {
    int next = super.read();
    count(next < 0 ? 0 : 1);
    return next;
  }

  @Override
  public int read(byte[] buffer, int from, int length) throws IOException {
    int count = super.read(buffer, from, length);
    count(Math.max(count, 0));
    return count;
  }

  private void count(int more) throws IOException {
    bytes += more;
    if (bytes > bytesMax) {
      throw new IOException("the answer is longer than " + bytesMax + " bytes");
    }
  }
}
