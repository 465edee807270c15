using System.Globalization;
using System.Text;
using Kube1.Kubelet.Hosts;

namespace Kube1.Runtimes.Linux.Mounts;

/// <summary>
/// Reads /proc/self/mountinfo: "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue".
/// Source: https://www.kernel.org/doc/Documentation/filesystems/proc.txt, section 3.5
/// </summary>
internal static class MountInfo
{
    public static List<MountPoint> Parse(IEnumerable<string> lines)
    {
        var result = new List<MountPoint>();
        foreach (var line in lines)
        {
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (dash < 6 || fields.Length < dash + 3)
            {
                continue;
            }

            result.Add(new MountPoint(
                int.Parse(fields[0], CultureInfo.InvariantCulture),
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                Unescape(fields[3]),
                Unescape(fields[4]),
                fields[dash + 1],
                Unescape(fields[dash + 2]),
                fields[5]));
        }

        return result;
    }

    /// <summary>Space, tab, line feed and backslash are written as three octal digits.</summary>
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && text[(i + 1)..(i + 4)].All(c => c is >= '0' and <= '7'))
            {
                bytes.Add(Convert.ToByte(text[(i + 1)..(i + 4)], 8));
                i += 3;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text[i].ToString()));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
