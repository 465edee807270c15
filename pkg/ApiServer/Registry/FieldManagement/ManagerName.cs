using Kube1.Api.Json;
using System.Text;
using Kube1.Api.FieldSets;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>The names of field managers.</summary>
internal static class ManagerName
{
    /// <summary>The name of writes by the server's own parts, as upstream's loopback client has it.</summary>
    public const string ApiServer = "kube-apiserver";

    private const string Unknown = "unknown";

    private const int MaxBytes = 128;

    /// <summary>
    /// The name that the client gave, otherwise what stands before the first slash of its User-Agent, printable and cut
    /// to size.
    /// </summary>
    public static string Of(string given, string userAgent)
    {
        if (given.Length > 0)
        {
            return given;
        }

        var name = new StringBuilder();
        var sizeBytes = 0;
        foreach (var rune in userAgent.Split('/')[0].EnumerateRunes().Where(GoText.IsPrintable))
        {
            sizeBytes += rune.Utf8SequenceLength;
            if (sizeBytes > MaxBytes)
            {
                break;
            }

            name.Append(rune.ToString());
        }

        return name.Length == 0 ? Unknown : name.ToString();
    }

    /// <summary>What is wrong with a given name: too long, or with characters that cannot be printed.</summary>
    public static void Validate(FieldPath path, string name, FieldErrorList errors)
    {
        if (Encoding.UTF8.GetByteCount(name) > MaxBytes)
        {
            errors.TooLong(path, MaxBytes);
        }

        var position = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            if (!GoText.IsPrintable(rune))
            {
                errors.Invalid(path, name, $"invalid character U+{rune.Value:X4} (at position {position})");
            }

            position += rune.Utf8SequenceLength;
        }
    }
}
