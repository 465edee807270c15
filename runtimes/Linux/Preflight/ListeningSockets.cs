using System.Globalization;
using System.Net;

namespace Kube1.Runtimes.Linux.Preflight;

/// <summary>A socket that waits for others: where, and the inode by which its process is found.</summary>
internal readonly record struct ListeningSocket(IPAddress Address, int Port, long Inode)
{
    /// <summary>Whether a socket at <paramref name="address"/> cannot be had beside this one. IPv6's "any" takes IPv4's as well.</summary>
    public bool Bars(IPAddress address, int port) => Port == port
        && (Address.Equals(IPAddress.Any) || Address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Any)
            || Address.Equals(address));
}

/// <summary>Who listens where, from /proc/net and /proc/PID/fd (proc(5)).</summary>
internal static class ListeningSockets
{
    private const string TcpListening = "0A";
    private const string UdpUnconnected = "07";

    public static IEnumerable<ListeningSocket> Tcp() => Read("tcp", TcpListening).Concat(Read("tcp6", TcpListening));

    public static IEnumerable<ListeningSocket> Udp() => Read("udp", UdpUnconnected).Concat(Read("udp6", UdpUnconnected));

    /// <summary>The process that has the socket open and its name; null when none can be seen.</summary>
    public static (int Id, string Name)? Holder(ListeningSocket socket)
    {
        var wanted = $"socket:[{socket.Inode.ToString(CultureInfo.InvariantCulture)}]";
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && HasOpen(folder, wanted))
            {
                return (id, File.ReadAllText(Path.Combine(folder, "comm")).Trim());
            }
        }

        return null;
    }

    /// <summary>Reads one of the kernel's tables; lines that are no sockets are passed over.</summary>
    internal static IEnumerable<ListeningSocket> Parse(IEnumerable<string> lines, string state)
    {
        foreach (var line in lines)
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 9 && fields[3] == state && fields[1].Split(':') is [var address, var port]
                && ReadAddress(address) is { } ip
                && int.TryParse(port, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
                && long.TryParse(fields[9], NumberStyles.None, CultureInfo.InvariantCulture, out var inode))
            {
                yield return new ListeningSocket(ip, number, inode);
            }
        }
    }

    private static IEnumerable<ListeningSocket> Read(string table, string state)
    {
        var path = Path.Combine("/proc/net", table);
        return File.Exists(path) ? Parse(File.ReadLines(path), state) : [];
    }

    /// <summary>Words of four bytes, each in the order of the machine: little-endian on all that we run on.</summary>
    private static IPAddress? ReadAddress(string hex)
    {
        if (hex.Length is not (8 or 32) || !hex.All(char.IsAsciiHexDigit))
        {
            return null;
        }

        var bytes = Convert.FromHexString(hex);
        for (var word = 0; word < bytes.Length; word += 4)
        {
            bytes.AsSpan(word, 4).Reverse();
        }

        return new IPAddress(bytes);
    }

    private static bool HasOpen(string process, string link)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(f => new FileInfo(f).LinkTarget == link);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process has ended meanwhile, or is another user's.
            return false;
        }
    }
}
