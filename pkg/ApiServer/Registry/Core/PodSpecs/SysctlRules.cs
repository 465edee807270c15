using System.Buffers;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Kernel parameters: https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/</summary>
internal static class SysctlRules
{
    private const int MaxNameBytes = 253;

    private const string Segment = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?";

    private static readonly SearchValues<char> NameChars =
        SearchValues.Create("-_abcdefghijklmnopqrstuvwxyz0123456789");

    private static readonly string BadName = $"must have at most {MaxNameBytes} characters and match regex ^({Segment}[\\./])*{Segment}$";

    /// <summary>Checks a pod's sysctls: none may reach the host's own namespaces.</summary>
    public static void Validate(V1PodSpec spec, List<V1Sysctl>? sysctls, FieldPath path, FieldErrorList errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (sysctl, item) in sysctls.Indexed(path))
        {
            var at = item.Child("name");
            if (sysctl.Name.Length == 0)
            {
                errors.Required(at);
            }
            else if (!IsName(sysctl.Name))
            {
                errors.Invalid(at, sysctl.Name, BadName);
            }
            else if (names.Contains(sysctl.Name))
            {
                errors.Duplicate(at, sysctl.Name);
            }

            names.Add(sysctl.Name);
            if (spec.HostNetwork == true && Dotted(sysctl.Name).StartsWith("net.", StringComparison.Ordinal))
            {
                errors.Invalid(at, sysctl.Name, "may not be specified when 'hostNetwork' is true");
            }
            else if (spec.HostIPC == true && IsOfIpc(Dotted(sysctl.Name)))
            {
                errors.Invalid(at, sysctl.Name, "may not be specified when 'hostIPC' is true");
            }
        }
    }

    private static bool IsOfIpc(string name) => name == "kernel.sem"
        || name.StartsWith("kernel.shm", StringComparison.Ordinal) || name.StartsWith("kernel.msg", StringComparison.Ordinal)
        || name.StartsWith("fs.mqueue.", StringComparison.Ordinal);

    // Both separators are allowed; where a slash comes first, slashes separate and dots belong to the names.
    private static string Dotted(string name)
    {
        var first = name.AsSpan().IndexOfAny('.', '/');
        return first < 0 || name[first] == '.'
            ? name
            : string.Create(name.Length, name, static (span, text) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = text[i] switch { '.' => '/', '/' => '.', var letter => letter };
                }
            });
    }

    private static bool IsName(string name)
    {
        if (name.Length > MaxNameBytes)
        {
            return false;
        }

        foreach (var part in name.AsSpan().SplitAny('.', '/'))
        {
            var segment = name.AsSpan()[part];
            if (segment.Length == 0 || !IsEnd(segment[0]) || !IsEnd(segment[^1])
                || segment.IndexOfAnyExcept(NameChars) >= 0)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsEnd(char letter) => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter);
}
