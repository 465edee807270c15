using System.Buffers.Binary;
using System.Text;

namespace Kube1.Network.Dns;

/// <summary>Record types that the cluster DNS knows. Source: RFC 1035, 3596, 2782, 6891.</summary>
internal enum DnsType : ushort
{
    A = 1,
    Cname = 5,
    Soa = 6,
    Ptr = 12,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,
    Opt = 41,
    Any = 255,
}

/// <summary>Response codes, RFC 1035 section 4.1.1.</summary>
internal enum DnsCode : byte
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
}

/// <summary>What a client asked. Names are lower case, without the final dot; the wire form keeps the client's spelling.</summary>
internal sealed record DnsQuery(
    ushort Id, bool RecursionDesired, string Name, DnsType Type, ushort Class, byte[] WireQuestion, int MaxUdpBytes, bool HasEdns)
{
    /// <summary>What kind of request it is; 0 is a plain question, RFC 1035 section 4.1.1.</summary>
    public byte OpCode { get; init; }

    private const int HeaderBytes = 12;

    /// <summary>What a client takes that says nothing else, RFC 1035 section 4.2.1.</summary>
    private const int ClassicUdpBytes = 512;

    /// <summary>Larger datagrams are fragmented on common links; the DNS flag day's recommendation.</summary>
    private const int LargestUdpBytes = 1232;

    /// <summary>RFC 1035 section 3.1: names have at most 255 bytes.</summary>
    private const int MaxNameBytes = 255;

    /// <summary>Reads a query; null when it is none that can be answered (a response, or broken beyond its header).</summary>
    public static DnsQuery? Parse(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderBytes || (message[2] & 0x80) != 0 || BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1)
        {
            return null;
        }

        var at = HeaderBytes;
        if (!TryReadName(message, ref at, out var name) || at + 4 > message.Length)
        {
            return null;
        }

        var type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        var @class = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]);
        at += 4;
        var question = message[HeaderBytes..at].ToArray();
        var edns = ReadEdns(message, at);
        return new DnsQuery(
            BinaryPrimitives.ReadUInt16BigEndian(message), (message[2] & 1) != 0, name, type, @class, question,
            edns is { } size ? Math.Clamp(size, ClassicUdpBytes, LargestUdpBytes) : ClassicUdpBytes, edns is not null)
        {
            OpCode = (byte)((message[2] >> 3) & 0x0F),
        };
    }

    /// <summary>A question of our own, as query and as message.</summary>
    public static (DnsQuery Query, byte[] Message) Ask(ushort id, string name, DnsType type)
    {
        byte[] question = [.. DnsRecord.WireName(name), (byte)((int)type >> 8), (byte)type, 0, 1];
        byte[] header = [(byte)(id >> 8), (byte)id, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        return (new DnsQuery(id, true, name, type, 1, question, LargestUdpBytes, false), [.. header, .. question]);
    }

    /// <summary>The address records of a resolver's answer, whatever aliases stand before them.</summary>
    public static List<(uint TtlSeconds, byte[] Data)> ReadAddresses(ReadOnlySpan<byte> message, DnsType type)
    {
        var found = new List<(uint, byte[])>();
        if (message.Length < HeaderBytes)
        {
            return found;
        }

        var at = HeaderBytes;
        for (var i = BinaryPrimitives.ReadUInt16BigEndian(message[4..]); i > 0; i--)
        {
            SkipName(message, ref at);
            at += 4;
        }

        for (var i = BinaryPrimitives.ReadUInt16BigEndian(message[6..]); i > 0; i--)
        {
            SkipName(message, ref at);
            if (at + 10 > message.Length)
            {
                break;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
            if (at + 10 + length <= message.Length && (DnsType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]) == type)
            {
                found.Add((BinaryPrimitives.ReadUInt32BigEndian(message[(at + 4)..]), message.Slice(at + 10, length).ToArray()));
            }

            at += 10 + length;
        }

        return found;
    }

    /// <summary>The shortest time that a record of an answer may be kept; null when it has none that can be read.</summary>
    public static uint? ShortestTtl(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderBytes)
        {
            return null;
        }

        var at = HeaderBytes;
        for (var i = BinaryPrimitives.ReadUInt16BigEndian(message[4..]); i > 0; i--)
        {
            SkipName(message, ref at);
            at += 4;
        }

        uint? shortest = null;
        var records = BinaryPrimitives.ReadUInt16BigEndian(message[6..]) + BinaryPrimitives.ReadUInt16BigEndian(message[8..]);
        for (var i = 0; i < records; i++)
        {
            SkipName(message, ref at);
            if (at + 10 > message.Length)
            {
                return null;
            }

            shortest = Math.Min(shortest ?? uint.MaxValue, BinaryPrimitives.ReadUInt32BigEndian(message[(at + 4)..]));
            at += 10 + BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
        }

        return shortest;
    }

    private static void SkipName(ReadOnlySpan<byte> message, ref int at)
    {
        while (at < message.Length)
        {
            var length = message[at++];
            if (length == 0)
            {
                return;
            }

            if (length >= 0xC0)
            {
                // A pointer ends the name.
                at++;
                return;
            }

            at += length;
        }
    }

    private static int? ReadEdns(ReadOnlySpan<byte> message, int at)
    {
        var records = BinaryPrimitives.ReadUInt16BigEndian(message[6..]) + BinaryPrimitives.ReadUInt16BigEndian(message[8..])
            + BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        for (var i = 0; i < records; i++)
        {
            if (!TryReadName(message, ref at, out _) || at + 10 > message.Length)
            {
                return null;
            }

            if ((DnsType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]) == DnsType.Opt)
            {
                return BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]);
            }

            at += 10 + BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
        }

        return null;
    }

    /// <summary>A name of a query; compression does not occur before the first record and is refused.</summary>
    private static bool TryReadName(ReadOnlySpan<byte> message, ref int at, out string name)
    {
        name = "";
        var text = new StringBuilder();
        while (at < message.Length)
        {
            var length = message[at++];
            if (length == 0)
            {
                name = text.ToString();
                return true;
            }

            if (length > 63 || at + length > message.Length || text.Length + length + 1 > MaxNameBytes)
            {
                return false;
            }

            if (text.Length > 0)
            {
                text.Append('.');
            }

            foreach (var b in message.Slice(at, length))
            {
                // The case of ASCII letters, and of those alone, does not matter (RFC 4343).
                text.Append(char.IsAsciiLetterUpper((char)b) ? (char)(b | 0x20) : (char)b);
            }

            at += length;
        }

        return false;
    }
}
