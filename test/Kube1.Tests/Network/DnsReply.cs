using System.Buffers.Binary;
using System.Net;
using System.Text;
using Kube1.Network.Dns;

namespace Kube1.Tests.Network;

/// <summary>A reader of DNS messages that shares nothing with the code under test. Source: RFC 1035 section 4.</summary>
internal sealed class DnsReply
{
    private readonly byte[] _message;
    private int _at = 12;

    public DnsReply(byte[] message)
    {
        _message = message;
        for (var i = 0; i < Number(4); i++)
        {
            Question = ReadName();
            _at += 4;
        }

        Answers = ReadRecords(Number(6));
        Authority = ReadRecords(Number(8));
        Additional = ReadRecords(Number(10));
        Assert.That(_at, Is.EqualTo(message.Length), "bytes after the last record");
    }

    public int Id => Number(0);

    public bool IsResponse => (_message[2] & 0x80) != 0;

    public int OpCode => (_message[2] >> 3) & 0x0F;

    public bool IsTruncated => (_message[2] & 0x02) != 0;

    public DnsCode Code => (DnsCode)(_message[3] & 0x0F);

    public string Question { get; } = "";

    /// <summary>"name A 10.0.0.1", in the order of the message.</summary>
    public IReadOnlyList<string> Answers { get; }

    public IReadOnlyList<string> Authority { get; }

    public IReadOnlyList<string> Additional { get; }

    /// <summary>A question as a client sends it.</summary>
    public static byte[] Ask(string name, DnsType type, ushort id = 7, int? udpBytes = null, ushort @class = 1, byte opCode = 0)
    {
        List<byte> message =
            [(byte)(id >> 8), (byte)id, (byte)(0x01 | (opCode << 3)), 0, 0, 1, 0, 0, 0, 0, 0, (byte)(udpBytes is null ? 0 : 1)];
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            message.Add((byte)label.Length);
            message.AddRange(Encoding.ASCII.GetBytes(label));
        }

        message.AddRange([0, (byte)((int)type >> 8), (byte)type, (byte)(@class >> 8), (byte)@class]);
        if (udpBytes is { } size)
        {
            message.AddRange([0, 0, 41, (byte)(size >> 8), (byte)size, 0, 0, 0, 0, 0, 0]);
        }

        return [.. message];
    }

    public static DnsQuery Query(string name, DnsType type, int? udpBytes = null) => DnsQuery.Parse(Ask(name, type, udpBytes: udpBytes))!;

    private List<string> ReadRecords(int count)
    {
        var records = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var name = ReadName();
            var type = (DnsType)Number(_at);
            var length = Number(_at + 8);
            _at += 10;
            var end = _at + length;
            records.Add($"{name} {type} {ReadData(type, length)}".Trim());
            Assert.That(_at, Is.EqualTo(end), $"the length of {name} {type}");
        }

        return records;
    }

    private string ReadData(DnsType type, int length)
    {
        switch (type)
        {
            case DnsType.Cname or DnsType.Ptr:
                return ReadName();
            case DnsType.Srv:
                var (priority, weight, port) = (Number(_at), Number(_at + 2), Number(_at + 4));
                _at += 6;
                return $"{priority} {weight} {port} {ReadName()}";
            case DnsType.Soa:
                var names = $"{ReadName()} {ReadName()}";
                _at += 20;
                return names;
            case DnsType.A or DnsType.Aaaa:
                _at += length;
                return new IPAddress(_message.AsSpan(_at - length, length)).ToString();
            default:
                _at += length;
                return type == DnsType.Txt ? Encoding.ASCII.GetString(_message, _at - length + 1, length - 1) : "";
        }
    }

    private string ReadName()
    {
        var labels = new List<string>();
        var (at, followed) = (_at, false);
        while (_message[at] != 0)
        {
            if (_message[at] >= 0xC0)
            {
                _at = followed ? _at : at + 2;
                (at, followed) = (Number(at) & 0x3FFF, true);
                continue;
            }

            labels.Add(Encoding.ASCII.GetString(_message, at + 1, _message[at]));
            at += 1 + _message[at];
        }

        _at = followed ? _at : at + 1;
        return string.Join('.', labels);
    }

    private int Number(int at) => BinaryPrimitives.ReadUInt16BigEndian(_message.AsSpan(at));
}
