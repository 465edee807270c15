using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Paths of files in objects: none may lead out of where it belongs.</summary>
internal static class PathRules
{
    /// <summary>No step up.</summary>
    public static void NoBacksteps(string text, FieldPath path, FieldErrorList errors)
    {
        if (HasBackstep(text))
        {
            errors.Invalid(path, text, "must not contain '..'");
        }
    }

    /// <summary>Relative, and no step up.</summary>
    public static void Descending(string text, FieldPath path, FieldErrorList errors)
    {
        if (text.StartsWith('/'))
        {
            errors.Invalid(path, text, "must be a relative path");
        }

        NoBacksteps(text, path, errors);
    }

    /// <summary>A file of a volume that the kubelet fills: names that begin with ".." are the kubelet's own.</summary>
    public static void NotReserved(string text, FieldPath path, FieldErrorList errors)
    {
        Descending(text, path, errors);
        if (text.StartsWith("..", StringComparison.Ordinal) && !text.StartsWith("../", StringComparison.Ordinal))
        {
            errors.Invalid(path, text, "must not start with '..'");
        }
    }

    /// <summary>Whether some part of the path is "..".</summary>
    public static bool HasBackstep(string text)
    {
        foreach (var part in text.AsSpan().Split('/'))
        {
            if (text.AsSpan()[part] is "..")
            {
                return true;
            }
        }

        return false;
    }
}
