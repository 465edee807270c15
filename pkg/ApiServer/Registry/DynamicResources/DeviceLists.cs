using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.DynamicResources;

/// <summary>
/// Lists and maps of this group, as upstream checks them: too long a list is not looked into, so that a huge one costs
/// nothing.
/// </summary>
internal static class DeviceLists
{
    private const int MaxShownKeyChars = 96;

    /// <summary>Checks the objects of a list, and that no two have the same key when there is one.</summary>
    public static void Validate(
        JsonObject? owner, string field, int max, FieldPath path, FieldErrorList errors,
        Action<JsonObject, FieldPath> item, Func<JsonObject, string>? key = null)
    {
        if (owner.Count(field) is var count && count > max)
        {
            errors.TooMany(path, count, max);
            return;
        }

        foreach (var (entry, at) in owner.Items(field).Indexed(path))
        {
            item(entry, at);
        }

        if (key is not null)
        {
            Unique(owner.Items(field).Select(key), path, errors);
        }
    }

    /// <summary>Checks the texts of a list, each of which may stand once.</summary>
    public static void ValidateTexts(
        JsonObject? owner, string field, int max, FieldPath path, FieldErrorList errors, Action<string, FieldPath> item)
    {
        if (owner.Count(field) is var count && count > max)
        {
            errors.TooMany(path, count, max);
            return;
        }

        foreach (var (entry, at) in owner.Texts(field).Indexed(path))
        {
            item(entry, at);
        }

        Unique(owner.Texts(field), path, errors);
    }

    /// <summary>Checks keys and values of a map; long keys are shortened in paths.</summary>
    public static void ValidateMap(
        JsonObject? map, int max, FieldPath path, FieldErrorList errors, Action<string, FieldPath> key,
        Action<JsonObject, FieldPath>? value = null)
    {
        if (map?.Count > max)
        {
            errors.TooMany(path, map.Count, max);
            return;
        }

        foreach (var (name, entry) in map ?? [])
        {
            var at = path.Key(Shortened(name));
            key(name, at);
            value?.Invoke(entry as JsonObject ?? [], at);
        }
    }

    private static void Unique(IEnumerable<string> keys, FieldPath path, FieldErrorList errors)
    {
        var seen = new HashSet<string>();
        foreach (var (key, at) in keys.Indexed(path))
        {
            if (!seen.Add(key))
            {
                errors.Duplicate(at, key);
            }
        }
    }

    private static string Shortened(string key)
    {
        const string ellipsis = "...";
        var kept = MaxShownKeyChars - ellipsis.Length;
        return key.Length <= MaxShownKeyChars ? key : key[..((kept + 1) / 2)] + ellipsis + key[^(kept / 2)..];
    }
}
