using System.Globalization;
using System.Text;

namespace Kube1.Client.Streaming;

/// <summary>Reads an HTTP/1.1 response head (RFC 9112) and, for a refusal, its body.</summary>
internal static class ResponseHeadReader
{
    // Far above any real head; a peer that sends more is broken.
    private const int MaxHeadBytes = 64 * 1024;

    public static async Task<UpgradeResponse> ReadAsync(
        ConnectionStream connection, int maxBodyBytes, CancellationToken ct)
    {
        while (true)
        {
            var (head, rest) = await ReadHeadAsync(connection, ct).ConfigureAwait(false);
            var (status, headers) = Parse(head);
            if (status == 101)
            {
                connection.PushBack(rest);
                return new UpgradeResponse(status, headers, connection, default, isWhole: true);
            }

            connection.PushBack(rest);
            if (status is >= 100 and < 200)
            {
                continue; // interim responses other than 101 precede the final one (RFC 9110 section 15.2)
            }

            var (body, isWhole) = await ReadBodyAsync(connection, headers, maxBodyBytes, ct).ConfigureAwait(false);
            return new UpgradeResponse(status, headers, null, body, isWhole);
        }
    }

    private static async Task<(string Head, byte[] Early)> ReadHeadAsync(ConnectionStream connection, CancellationToken ct)
    {
        var buffer = new byte[4096];
        var count = 0;
        while (true)
        {
            var scanFrom = Math.Max(0, count - 3);
            var read = await connection.ReadAsync(buffer.AsMemory(count), ct).ConfigureAwait(false);
            if (read == 0)
            {
                throw new IOException("the server closed the connection before it answered the upgrade request");
            }

            count += read;
            var end = buffer.AsSpan(scanFrom, count - scanFrom).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                end += scanFrom;
                // One character a byte: headers have no other encoding that all agree on.
                return (Encoding.Latin1.GetString(buffer, 0, end), buffer[(end + 4)..count]);
            }

            if (count == buffer.Length)
            {
                if (count >= MaxHeadBytes)
                {
                    throw new IOException($"the server's response head is larger than {MaxHeadBytes} bytes");
                }

                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    internal static (int Status, List<KeyValuePair<string, string>> Headers) Parse(string head)
    {
        var lines = head.Split("\r\n");
        var parts = lines[0].Split(' ', 3);
        if (parts.Length < 2 || !parts[0].StartsWith("HTTP/1.", StringComparison.Ordinal)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            || status is < 100 or > 999)
        {
            throw new IOException("the server did not answer with HTTP/1.1");
        }

        var headers = new List<KeyValuePair<string, string>>(lines.Length - 1);
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                throw new IOException("the server sent a malformed response header");
            }

            headers.Add(new(line[..colon], line[(colon + 1)..].Trim(' ', '\t')));
        }

        return (status, headers);
    }

    private static async Task<(ReadOnlyMemory<byte> Body, bool IsWhole)> ReadBodyAsync(
        ConnectionStream connection, List<KeyValuePair<string, string>> headers, int maxBytes, CancellationToken ct)
    {
        long? announced = null;
        var chunked = false;
        foreach (var (name, value) in headers)
        {
            if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
                && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            {
                announced = length;
            }
            else if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                chunked |= value.EndsWith("chunked", StringComparison.OrdinalIgnoreCase);
            }
        }

        var end = chunked ? maxBytes : Math.Min(announced ?? maxBytes, maxBytes);
        var body = new MemoryStream();
        var buffer = new byte[4096];
        var isEnded = false;
        while (body.Length < end && !isEnded)
        {
            var wanted = (int)Math.Min(buffer.Length, end - body.Length);
            var read = await connection.ReadAsync(buffer.AsMemory(0, wanted), ct).ConfigureAwait(false);
            body.Write(buffer, 0, read);
            var received = body.GetBuffer().AsSpan(0, (int)body.Length);
            isEnded = read == 0 || (chunked && received.EndsWith("0\r\n\r\n"u8) && Dechunk(received).IsWhole);
        }

        return chunked ? Dechunk(body.ToArray())
            : (body.ToArray(), announced is { } all ? body.Length == all : isEnded);
    }

    /// <summary>Joins the whole chunks (RFC 9112 section 7.1); what follows a cut or malformed one is left out.</summary>
    internal static (ReadOnlyMemory<byte> Body, bool IsWhole) Dechunk(ReadOnlySpan<byte> raw)
    {
        var body = new MemoryStream();
        while (true)
        {
            var line = raw.IndexOf("\r\n"u8);
            if (line < 0)
            {
                return (body.ToArray(), false);
            }

            var sizeText = Encoding.ASCII.GetString(raw[..line]).Split(';')[0].Trim();
            if (!int.TryParse(sizeText, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size)
                || size <= 0)
            {
                return (body.ToArray(), sizeText.Length > 0 && sizeText.All(c => c == '0'));
            }

            raw = raw[(line + 2)..];
            var have = Math.Min(size, raw.Length);
            body.Write(raw[..have]);
            if (raw.Length - 2 < size)
            {
                return (body.ToArray(), false);
            }

            raw = raw[(size + 2)..];
        }
    }
}
