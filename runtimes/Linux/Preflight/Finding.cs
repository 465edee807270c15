namespace Kube1.Runtimes.Linux.Preflight;

/// <summary>One thing that was looked at before a start: all is well, or what is wrong and the command that mends it.</summary>
public sealed record Finding(string Subject, string Text, string? Fix)
{
    /// <summary>Whether a node cannot do its work like this.</summary>
    public bool IsProblem => Fix is not null;

    /// <summary>Nothing is wrong.</summary>
    public static Finding Fine(string subject, string text) => new(subject, text, null);

    /// <summary>Something is wrong.</summary>
    public static Finding Problem(string subject, string text, string fix) => new(subject, text, fix);

    /// <summary>The one line that a person reads.</summary>
    public override string ToString() => IsProblem ? $"PROBLEM  {Subject}: {Text}. Fix: {Fix}" : $"ok       {Subject}: {Text}";
}
