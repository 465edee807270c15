namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>Who writes which form of an object how: what tracking the fields needs to know of a request.</summary>
internal sealed record FieldWrite
{
    /// <summary>The forms of the object.</summary>
    public required ObjectForms Forms { get; init; }

    /// <summary>"status", "scale", …; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>The manager's name.</summary>
    public required string Manager { get; init; }

    /// <summary>Takes out what this way of writing does not change, whatever the client sends.</summary>
    public FieldFilter Filter { get; init; } = FieldFilter.None;

    /// <summary>When.</summary>
    public required DateTimeOffset Time { get; init; }
}
