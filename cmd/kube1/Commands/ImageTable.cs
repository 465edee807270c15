using System.Globalization;
using Kube1.Kubelet.Runtime;

namespace Kube1.Cmd.Commands;

/// <summary>How `kube1 images list` shows images.</summary>
internal static class ImageTable
{
    private const string Nameless = "<none>";
    private const int ShortIdLength = 12;

    /// <summary>A heading, then one line for each name; columns as wide as their widest cell.</summary>
    public static IEnumerable<string> Lines(IEnumerable<RuntimeImage> images)
    {
        List<string[]> rows = [["IMAGE", "ID", "SIZE", "PINNED"]];
        rows.AddRange(
            from image in images
            from name in image.RepoTags.DefaultIfEmpty(image.RepoDigests is [var digest, ..] ? digest : Nameless)
            orderby name
            select new[] { name, ShortId(image.Id), Size(image.SizeBytes), image.Pinned ? "yes" : "no" });
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(r => r[column].Length)).ToArray();
        return rows.Select(r => string.Join("   ", r.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    /// <summary>"743 kB", "4.3 MB": three digits at most, as registries show sizes.</summary>
    internal static string Size(long bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        var value = (double)bytes;
        var unit = 0;
        while (value >= 999.5 && unit + 1 < units.Length)
        {
            value /= 1000;
            unit++;
        }

        return value.ToString(unit == 0 || value >= 99.95 ? "0" : "0.#", CultureInfo.InvariantCulture) + " " + units[unit];
    }

    private static string ShortId(string id)
    {
        var digits = id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return digits.Length > ShortIdLength ? digits[..ShortIdLength] : digits;
    }
}
