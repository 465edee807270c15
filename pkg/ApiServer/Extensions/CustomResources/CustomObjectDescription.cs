using Kube1.Storage;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>What lies beside a stored custom object: the forms in which versions have shown it so far.</summary>
internal sealed class CustomObjectDescription(CustomVersion? writtenAs = null)
{
    private CustomForm[] _forms = [];

    /// <summary>
    /// The version whose form the stored bytes are, pruned and defaulted by its schema; null when that is not known: the
    /// object came from the disk, or through another version.
    /// </summary>
    public CustomVersion? WrittenAs { get; } = writtenAs;

    /// <summary>The description of an entry of which nothing is known.</summary>
    public static object Unknown(StoredEntry entry) => new CustomObjectDescription();

    /// <summary>The description beside an entry.</summary>
    public static CustomObjectDescription Of(StoredEntry entry) => (CustomObjectDescription)entry.Description!;

    /// <summary>The form of a version; null when it has to be made.</summary>
    public CustomForm? Find(CustomVersion version)
    {
        foreach (var form in Volatile.Read(ref _forms))
        {
            if (ReferenceEquals(form.Version, version))
            {
                return form;
            }
        }

        return null;
    }

    /// <summary>
    /// Keeps a form. Those of a definition as it was before go: there is one form a version at most. Two may add at once,
    /// and one of the forms is made again.
    /// </summary>
    public CustomForm Keep(CustomForm form)
    {
        var kept = Volatile.Read(ref _forms).Where(
            f => ReferenceEquals(f.Version.Owner, form.Version.Owner) && !ReferenceEquals(f.Version, form.Version));
        Volatile.Write(ref _forms, [.. kept, form]);
        return form;
    }
}
