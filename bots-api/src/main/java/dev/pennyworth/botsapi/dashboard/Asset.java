package dev.pennyworth.botsapi.dashboard;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/// A stylesheet, script or icon, in memory. Its address names its content, so that browsers may
/// keep it for ever.
final class Asset {
  private static final int HASH_LENGTH = 12;

  private final String name;
  private final String type;
  private final byte[] content;
  private final byte[] zipped;
  private final String hash;

  private Asset(String name, String type, byte[] content) {
    this.name = name;
    this.type = type;
    this.content = content;
    this.zipped = zip(content);
    this.hash = hash(content);
  }

  /// An asset made of these resources, one after the other.
  static Asset of(String name, String type, List<String> resources) {
    var all = new ByteArrayOutputStream();
    resources.forEach(resource -> all.writeBytes(read(resource)));
    return new Asset(name, type, all.toByteArray());
  }

  String name() {
    return name;
  }

  String type() {
    return type;
  }

  String hash() {
    return hash;
  }

  byte[] content() {
    return content;
  }

  /// The content, compressed with gzip.
  byte[] zipped() {
    return zipped;
  }

  /// Where it is served.
  String path() {
    return "/assets/" + hash + "/" + name;
  }

  private static byte[] read(String resource) {
    try (InputStream in = Asset.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("there is no " + resource);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] zip(byte[] content) {
    var out = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(out)) {
      zip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static String hash(byte[] content) {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(digest).substring(0, HASH_LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
