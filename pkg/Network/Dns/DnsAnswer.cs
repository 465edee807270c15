using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Kube1.Network.Dns;

/// <summary>One record of an answer; <paramref name="Data"/> is its wire form.</summary>
internal readonly record struct DnsRecord(string Name, DnsType Type, uint TtlSeconds, byte[] Data)
{
    public static DnsRecord Address(string name, uint ttl, IPAddress address) =>
        new(name, address.GetAddressBytes().Length == 4 ? DnsType.A : DnsType.Aaaa, ttl, address.GetAddressBytes());

    public static DnsRecord Target(string name, DnsType type, uint ttl, string target) => new(name, type, ttl, WireName(target));

    public static DnsRecord Text(string name, uint ttl, string text) =>
        new(name, DnsType.Txt, ttl, [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)]);

    public static DnsRecord Service(string name, uint ttl, ushort weight, ushort port, string target)
    {
        var head = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), weight);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(4), port);
        return new DnsRecord(name, DnsType.Srv, ttl, [.. head, .. WireName(target)]);
    }

    /// <summary>The start of authority that goes with a negative answer; its minimum is how long that may be kept.</summary>
    public static DnsRecord Authority(string zone, uint ttl)
    {
        var numbers = new byte[20];
        uint[] values = [1, 7200, 1800, 86400, ttl];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(numbers.AsSpan(i * 4), values[i]);
        }

        return new DnsRecord(
            zone, DnsType.Soa, ttl, [.. WireName("ns.dns." + zone), .. WireName("hostmaster." + zone), .. numbers]);
    }

    /// <summary>The name that <see cref="WireName"/> wrote.</summary>
    public static string ReadName(ReadOnlySpan<byte> wire)
    {
        var labels = new List<string>();
        while (wire.Length > 0 && wire[0] is var length and > 0 && length < wire.Length)
        {
            labels.Add(Encoding.ASCII.GetString(wire.Slice(1, length)));
            wire = wire[(1 + length)..];
        }

        return string.Join('.', labels);
    }

    /// <summary>Labels with their lengths and the closing zero. A label above 63 bytes cannot be written and is cut.</summary>
    internal static byte[] WireName(string name)
    {
        var bytes = new List<byte>(name.Length + 2);
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var text = Encoding.ASCII.GetBytes(label);
            var length = Math.Min(text.Length, 63);
            bytes.Add((byte)length);
            bytes.AddRange(text.AsSpan(0, length));
        }

        bytes.Add(0);
        return [.. bytes];
    }
}

/// <summary>What is answered to a query.</summary>
internal sealed record DnsAnswer(DnsCode Code, IReadOnlyList<DnsRecord> Answers)
{
    /// <summary>The authority of a negative answer.</summary>
    public DnsRecord? Authority { get; init; }

    /// <summary>Records that save the client a second question.</summary>
    public IReadOnlyList<DnsRecord> Additional { get; init; } = [];

    public static DnsAnswer Failure(DnsCode code) => new(code, []);

    /// <summary>The message, cut to <paramref name="maxBytes"/> with the truncation bit when it is longer.</summary>
    public byte[] ToMessage(DnsQuery query, int maxBytes, bool authoritative = true)
    {
        var body = new List<byte>(512);
        var (answers, additional) = (0, 0);
        var truncated = false;
        var reserved = 12 + query.WireQuestion.Length + (query.HasEdns ? 11 : 0);
        foreach (var record in Answers)
        {
            var before = body.Count;
            Append(body, record, query);
            if (reserved + body.Count > maxBytes)
            {
                body.RemoveRange(before, body.Count - before);
                truncated = true;
                break;
            }

            answers++;
        }

        var authorities = 0;
        if (Authority is { } authority)
        {
            Append(body, authority, query);
            authorities = 1;
        }

        foreach (var record in truncated ? [] : Additional)
        {
            var before = body.Count;
            Append(body, record, query);
            if (reserved + body.Count > maxBytes)
            {
                body.RemoveRange(before, body.Count - before);
                break;
            }

            additional++;
        }

        if (query.HasEdns)
        {
            AppendEdns(body);
            additional++;
        }

        var header = new byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(header, query.Id);
        header[2] = (byte)(0x80 | (query.OpCode << 3)
            | (authoritative ? 0x04 : 0) | (truncated ? 0x02 : 0) | (query.RecursionDesired ? 0x01 : 0));
        header[3] = (byte)(0x80 | (byte)Code);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), (ushort)answers);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(8), (ushort)authorities);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), (ushort)additional);
        return [.. header, .. query.WireQuestion, .. body];
    }

    private static void Append(List<byte> body, DnsRecord record, DnsQuery query)
    {
        if (record.Name == query.Name)
        {
            // A pointer to the question, which starts right after the header.
            body.AddRange([0xC0, 12]);
        }
        else
        {
            body.AddRange(DnsRecord.WireName(record.Name));
        }

        var head = new byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)record.Type);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), 1);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(4), record.TtlSeconds);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(8), (ushort)record.Data.Length);
        body.AddRange(head);
        body.AddRange(record.Data);
    }

    private static void AppendEdns(List<byte> body) => body.AddRange([0, 0, (byte)DnsType.Opt, 1232 >> 8, 1232 & 0xFF, 0, 0, 0, 0, 0, 0]);
}
