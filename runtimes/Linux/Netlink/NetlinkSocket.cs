using System.Buffers.Binary;
using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kube1.Runtimes.Linux.Netlink;

/// <summary>
/// A request-reply socket to a part of the kernel's network. Source: man 7 netlink, RFC 3549. Failures are
/// <see cref="IOException"/>.
/// </summary>
internal sealed partial class NetlinkSocket : IDisposable
{
    private const int AddressFamilyNetlink = 16;
    private const int SocketRaw = 3;
    private const int CloseOnExec = 0x80000;
    /// <summary>Links, addresses and routes (man 7 rtnetlink).</summary>
    public const int Routes = 0;

    /// <summary>Packet filter and connection tracking.</summary>
    public const int Netfilter = 12;

    private const int HeaderBytes = 16;
    private const ushort MessageError = 2;
    private const ushort MessageDone = 3;

    /// <summary>The kernel fills at most 32 KiB a read.</summary>
    private const int BufferBytes = 64 * 1024;

    private readonly SafeFileHandle _handle;
    private uint _sequence;

    public NetlinkSocket(int part = Routes)
    {
        var handle = Socket(AddressFamilyNetlink, SocketRaw | CloseOnExec, part);
        if (handle < 0)
        {
            throw Failure("a netlink socket could not be opened", Marshal.GetLastPInvokeError());
        }

        _handle = new SafeFileHandle(handle, ownsHandle: true);
    }

    /// <summary>Sends one request that is answered by an acknowledgement; returns the errno, 0 for success.</summary>
    public int Execute(NetlinkMessage message)
    {
        var buffer = Exchange(message, NetlinkMessage.Request | NetlinkMessage.Acknowledge);
        return -BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(HeaderBytes));
    }

    /// <summary>Sends a dump request and hands each reply's type and payload to the visitor.</summary>
    public void Dump(NetlinkMessage message, Action<ushort, ReadOnlyMemory<byte>> visit)
    {
        Send(message, NetlinkMessage.Request | NetlinkMessage.Dump);
        var buffer = new byte[BufferBytes];
        while (true)
        {
            var length = Receive(buffer);
            for (var at = 0; at + HeaderBytes <= length;)
            {
                var size = (int)BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(at));
                var type = BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + 4));
                if (type == MessageDone || size < HeaderBytes)
                {
                    return;
                }

                if (type == MessageError)
                {
                    var errno = -BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at + HeaderBytes));
                    throw Failure("the kernel refused to list what was asked for", errno);
                }

                visit(type, buffer.AsMemory(at + HeaderBytes, size - HeaderBytes));
                at += (size + 3) & ~3;
            }
        }
    }

    public void Dispose() => _handle.Dispose();

    private byte[] Exchange(NetlinkMessage message, ushort flags)
    {
        Send(message, flags);
        var buffer = new byte[BufferBytes];
        Receive(buffer);
        return buffer;
    }

    private void Send(NetlinkMessage message, ushort flags)
    {
        var bytes = message.ToBytes(flags, ++_sequence);
        if (Send(_handle, bytes, (nuint)bytes.Length, 0) != bytes.Length)
        {
            throw Failure("the kernel took no netlink request", Marshal.GetLastPInvokeError());
        }
    }

    private int Receive(byte[] buffer)
    {
        var length = (int)Receive(_handle, buffer, (nuint)buffer.Length, 0);
        return length >= HeaderBytes
            ? length
            : throw Failure("the kernel gave no netlink reply", Marshal.GetLastPInvokeError());
    }

    private static IOException Failure(string what, int errno) => new($"{what}: {new Win32Exception(errno).Message}");

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeFileHandle handle, byte[] buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(SafeFileHandle handle, [Out] byte[] buffer, nuint length, int flags);
}

/// <summary>A netlink message under construction: its fixed part, then attributes.</summary>
internal sealed class NetlinkMessage(ushort type, ReadOnlySpan<byte> fixedPart, ushort extraFlags = 0)
{
    public const ushort Request = 0x1;
    public const ushort Acknowledge = 0x4;
    public const ushort Replace = 0x100;
    public const ushort Dump = 0x300;
    public const ushort Create = 0x400;

    /// <summary>An attribute that is made of others.</summary>
    public const ushort Nested = 0x8000;

    /// <summary>The two top bits of an attribute's kind are flags.</summary>
    private const ushort KindMask = 0x3FFF;

    private readonly List<byte> _body = [.. fixedPart.ToArray()];

    public NetlinkMessage Attribute(ushort kind, ReadOnlySpan<byte> value)
    {
        Span<byte> header = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)(value.Length + 4));
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], kind);
        _body.AddRange(header);
        _body.AddRange(value);
        while (_body.Count % 4 != 0)
        {
            _body.Add(0);
        }

        return this;
    }

    public NetlinkMessage Attribute(ushort kind, IPAddress address) => Attribute(kind, address.GetAddressBytes());

    public NetlinkMessage Attribute(ushort kind, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return Attribute(kind, bytes);
    }

    /// <summary>The fixed part and the attributes so far.</summary>
    public byte[] Body() => [.. _body];

    public byte[] ToBytes(ushort flags, uint sequence)
    {
        var bytes = new byte[16 + _body.Count];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), type);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), (ushort)(flags | extraFlags));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), sequence);
        _body.CopyTo(bytes, 16);
        return bytes;
    }

    /// <summary>The attributes that follow a reply's fixed part.</summary>
    public static Dictionary<ushort, ReadOnlyMemory<byte>> Attributes(ReadOnlyMemory<byte> payload, int fixedBytes)
    {
        var found = new Dictionary<ushort, ReadOnlyMemory<byte>>();
        for (var at = fixedBytes; at + 4 <= payload.Length;)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(payload.Span[at..]);
            if (length < 4 || at + length > payload.Length)
            {
                break;
            }

            var kind = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(payload.Span[(at + 2)..]) & KindMask);
            found[kind] = payload.Slice(at + 4, length - 4);
            at += (length + 3) & ~3;
        }

        return found;
    }
}
