using System.Globalization;
using System.Text;

namespace Kube1.Kubelet.Logs;

/// <summary>
/// One line of a container's log as runtimes write it: "2016-10-06T00:17:09.669794202Z stdout F text"; tag P is a part
/// of a longer line.
/// </summary>
internal readonly ref struct CriLogLine
{
    private CriLogLine(ReadOnlySpan<byte> timestamp, bool isStderr, bool isPartial, ReadOnlySpan<byte> message)
    {
        Timestamp = timestamp;
        IsStderr = isStderr;
        IsPartial = isPartial;
        Message = message;
    }

    public ReadOnlySpan<byte> Timestamp { get; }

    public bool IsStderr { get; }

    public bool IsPartial { get; }

    /// <summary>The text without the line feed that ends the log line.</summary>
    public ReadOnlySpan<byte> Message { get; }

    public DateTimeOffset? Time => DateTimeOffset.TryParse(
        Encoding.ASCII.GetString(Timestamp), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time)
        ? time
        : null;

    /// <summary>Reads a line (without its line feed); false when it is none of a runtime's.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out CriLogLine parsed)
    {
        parsed = default;
        var first = line.IndexOf((byte)' ');
        if (first <= 0)
        {
            return false;
        }

        var rest = line[(first + 1)..];
        var second = rest.IndexOf((byte)' ');
        if (second <= 0)
        {
            return false;
        }

        var stream = rest[..second];
        var tagAndText = rest[(second + 1)..];
        var third = tagAndText.IndexOf((byte)' ');
        var tag = third < 0 ? tagAndText : tagAndText[..third];
        if (tag.Length == 0 || !(stream.SequenceEqual("stdout"u8) || stream.SequenceEqual("stderr"u8)))
        {
            return false;
        }

        parsed = new CriLogLine(
            line[..first], stream.SequenceEqual("stderr"u8), tag[0] == (byte)'P', third < 0 ? default : tagAndText[(third + 1)..]);
        return true;
    }

    /// <summary>The texts of the last lines of a piece of log, bounded in lines and bytes.</summary>
    public static string Messages(ReadOnlySpan<byte> log, int maxLines, int maxBytes)
    {
        var lines = new List<string>();
        foreach (var range in log.Split((byte)'\n'))
        {
            if (TryParse(log[range], out var line))
            {
                lines.Add(Encoding.UTF8.GetString(line.Message) + (line.IsPartial ? "" : "\n"));
            }
        }

        var text = string.Concat(lines.TakeLast(maxLines));
        return Status.ContainerStatusCalculator.Tail(Encoding.UTF8.GetBytes(text), maxBytes);
    }
}
