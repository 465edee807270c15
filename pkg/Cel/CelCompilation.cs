using System.Collections.Immutable;
using Kube1.Cel.Syntax;

namespace Kube1.Cel;

/// <summary>What became of an expression: a program, or what is wrong with it.</summary>
public sealed class CelCompilation
{
    internal CelCompilation(string source, CelProgram? program, ImmutableArray<CelIssue> issues, string? programError)
    {
        Source = source;
        Program = program;
        Issues = issues;
        ProgramError = programError;
    }

    public string Source { get; }

    /// <summary>Null when there are issues or an error.</summary>
    public CelProgram? Program { get; }

    public ImmutableArray<CelIssue> Issues { get; }

    /// <summary>
    /// Upstream's error of a checked expression that is no program because a constant in it cannot be computed, such as
    /// <c>int("x")</c>; null for none. Upstream reports it apart from issues ("program instantiation failed: …").
    /// </summary>
    public string? ProgramError { get; }

    /// <summary>All issues as upstream shows them, one after the other; empty when there are none.</summary>
    public string Text => CelIssue.Display(Issues, Source);
}
